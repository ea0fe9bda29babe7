/* The lab's wide-area network: reads IP packets from a TUN device, holds each for the delay
 * of its pair of regions, and writes it back, so that the kernel delivers it.
 *
 *   geofleet-router --tun wan --network 10.120.0.0/16 --control PATH [--early-us 100] [--limit-mib 256]
 *
 * A region is a /24 of the network, numbered by the address's third octet. A pair is one
 * direction between two regions. What belongs to no known pair is dropped: a network that
 * was not described must not pass for a fast one.
 *
 * Control: SOCK_SEQPACKET at PATH; a message holds one or more lines, the answer one line for each:
 *   set A B DELAY_NS JITTER_NS   one way; JITTER_NS is the standard deviation
 *   unset A B                    forget the pair: its packets are dropped again
 *   cut A B 0|1                  stop or resume one way, also for what is under way
 *   loss A B PPM                 lose packets at random
 *   get A B | list A | stats | reset
 * Answers start with "ok" or "error".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    REGIONS = 256,
    FLOWS = 1 << 16,
    CLIENTS = 16,
    VNET = sizeof(struct virtio_net_hdr), /* precedes every packet on the device */
    PACKET_MAX = VNET + 65536,
    BURST = 32, /* packets read between two looks at the clock, so that reading never delays sending */
    MESSAGE_MAX = 65536,
};
static const uint64_t DELAY_NS_MAX = 10000000000u; /* 10 s: more is a mistake in units */

struct pair {
    uint64_t delay_ns, jitter_ns;
    uint32_t loss_ppm;
    bool cut;
    uint64_t forwarded, lost, cut_dropped, full_dropped, queued_bytes;
};
struct packet {
    uint64_t departure_ns, order;
    uint16_t pair;
    uint32_t length;
    unsigned char data[];
};
struct stats {
    uint64_t forwarded, unknown, malformed, full, refused;
};

static struct pair *pairs[REGIONS * REGIONS];
static uint64_t flow_last_ns[FLOWS];
static struct packet **heap;
static size_t heap_count, heap_room;
static uint64_t queued_bytes, limit_bytes = 256u << 20, early_ns = 100000, next_order, random_state;
static uint32_t network, network_mask;
static struct stats stats;
static bool fifo;
static int tun = -1;
static volatile sig_atomic_t ending;

static void end(int signal_number) { (void)signal_number; ending = 1; }

static void die(const char *what) {
    fprintf(stderr, "geofleet-router: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t random64(void) { /* splitmix64 */
    uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Nearly normal, sd 1: the sum of twelve uniforms. Bounded at 6, and needs no libm. */
static double random_normal(void) {
    double sum = 0;
    for (int word = 0; word < 3; word++) {
        uint64_t bits = random64();
        for (int part = 0; part < 4; part++, bits >>= 16) sum += ((double)(bits & 0xffff) + 0.5) / 65536.0;
    }
    return sum - 6.0;
}

static uint16_t get16(const unsigned char *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static uint32_t get32(const unsigned char *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }
static void put16(unsigned char *at, uint16_t value) { at[0] = (unsigned char)(value >> 8); at[1] = (unsigned char)value; }
static void put32(unsigned char *at, uint32_t value) { put16(at, (uint16_t)(value >> 16)); put16(at + 2, (uint16_t)value); }

/* ---- Queue: a heap ordered by departure, then by arrival ---- */

static bool earlier(const struct packet *a, const struct packet *b) {
    return a->departure_ns != b->departure_ns ? a->departure_ns < b->departure_ns : a->order < b->order;
}

static bool heap_push(struct packet *packet) {
    if (heap_count == heap_room) {
        size_t room = heap_room ? heap_room * 2 : 4096;
        struct packet **grown = realloc(heap, room * sizeof *heap);
        if (!grown) return false;
        heap = grown;
        heap_room = room;
    }
    size_t at = heap_count++;
    for (; at && earlier(packet, heap[(at - 1) / 2]); at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
    heap[at] = packet;
    return true;
}

static struct packet *heap_pop(void) {
    struct packet *first = heap[0], *moved = heap[--heap_count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < heap_count; at = child) {
        if (child + 1 < heap_count && earlier(heap[child + 1], heap[child])) child++;
        if (!earlier(heap[child], moved)) break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
    return first;
}

/* ---- Packets ---- */

/* Order is kept per flow, not per pair: a pair's running maximum would swallow the jitter of
 * busy pairs. Two flows that share a slot keep order with each other, which does no harm. */
static uint64_t *flow_of(const unsigned char *ip, uint32_t length) {
    uint32_t header = (ip[0] & 15u) * 4u;
    uint64_t key = (uint64_t)get32(ip + 12) << 32 | get32(ip + 16);
    bool fragment = get16(ip + 6) & 0x3fff; /* only the first fragment has ports */
    bool ports = !fragment && (ip[9] == IPPROTO_TCP || ip[9] == IPPROTO_UDP) && length >= header + 4;
    key = (key ^ ip[9]) * 0x9e3779b97f4a7c15u;
    if (ports) key = (key ^ (key >> 29) ^ get32(ip + header)) * 0xbf58476d1ce4e5b9u;
    return &flow_last_ns[key >> 48];
}

static void enqueue(const unsigned char *data, uint32_t length, uint16_t index, uint64_t arrival_ns) {
    struct pair *pair = pairs[index];
    if (pair->cut) { pair->cut_dropped++; return; }
    if (pair->loss_ppm && random64() % 1000000 < pair->loss_ppm) { pair->lost++; return; }
    /* A quarter for one pair, so that a flood between two regions does not starve the others. */
    uint64_t size = length + sizeof(struct packet);
    bool full = queued_bytes + size > limit_bytes || pair->queued_bytes + size > limit_bytes / 4;
    struct packet *packet = full ? NULL : malloc(sizeof *packet + length);
    if (!packet) { pair->full_dropped++; stats.full++; return; }
    double held_ns = (double)pair->delay_ns - (double)early_ns;
    if (pair->jitter_ns) held_ns += random_normal() * (double)pair->jitter_ns;
    uint64_t departure_ns = arrival_ns + (held_ns > 0 ? (uint64_t)held_ns : 0);
    uint64_t *last_ns = flow_of(data + VNET, length - VNET);
    if (departure_ns < *last_ns) departure_ns = *last_ns;
    packet->departure_ns = departure_ns;
    packet->order = next_order++;
    packet->pair = index;
    packet->length = length;
    memcpy(packet->data, data, length);
    if (!heap_push(packet)) { free(packet); pair->full_dropped++; stats.full++; return; }
    *last_ns = departure_ns;
    queued_bytes += size;
    pair->queued_bytes += size;
}

static uint32_t sum16(const unsigned char *at, uint32_t length, uint32_t sum) {
    for (; length > 1; at += 2, length -= 2) sum += get16(at);
    return length ? sum + (uint32_t)(*at << 8) : sum;
}

static uint16_t fold(uint32_t sum) {
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

/* Cut a TCP segment of up to 64 KB into the packets that a wire would carry, so that loss takes
 * single packets. The kernel finishes the checksum: only the pseudo-header's sum is needed. */
static void enqueue_split(const unsigned char *data, uint32_t length, uint16_t index, uint64_t arrival_ns) {
    unsigned char piece[PACKET_MAX];
    struct virtio_net_hdr header;
    memcpy(&header, data, VNET);
    const unsigned char *ip = data + VNET;
    uint32_t ip_size = (ip[0] & 15u) * 4u, tcp_size = (ip[ip_size + 12] >> 4) * 4u, headers = ip_size + tcp_size;
    uint32_t payload = length - VNET - headers, size = header.gso_size;
    header.gso_type = VIRTIO_NET_HDR_GSO_NONE;
    header.gso_size = 0;
    for (uint32_t offset = 0, count = 0; offset < payload; offset += size, count++) {
        uint32_t part = payload - offset < size ? payload - offset : size;
        unsigned char *out_ip = piece + VNET, *out_tcp = out_ip + ip_size;
        memcpy(piece, &header, VNET);
        memcpy(out_ip, ip, headers);
        memcpy(out_ip + headers, ip + headers + offset, part);
        put16(out_ip + 2, (uint16_t)(headers + part));
        put16(out_ip + 4, (uint16_t)(get16(ip + 4) + count));
        put16(out_ip + 10, 0);
        put16(out_ip + 10, (uint16_t)~fold(sum16(out_ip, ip_size, 0)));
        put32(out_tcp + 4, get32(ip + ip_size + 4) + offset);
        if (offset) out_tcp[13] &= 0x7f;                  /* CWR belongs to the first */
        if (offset + part < payload) out_tcp[13] &= 0xf6; /* FIN and PSH to the last */
        put16(out_tcp + 16, fold(sum16(out_ip + 12, 8, IPPROTO_TCP + tcp_size + part)));
        enqueue(piece, VNET + headers + part, index, arrival_ns);
    }
}

static bool splittable(const unsigned char *data, uint32_t length) {
    struct virtio_net_hdr header;
    memcpy(&header, data, VNET);
    const unsigned char *ip = data + VNET;
    uint32_t ip_size = (ip[0] & 15u) * 4u;
    return (header.gso_type & ~VIRTIO_NET_HDR_GSO_ECN) == VIRTIO_NET_HDR_GSO_TCPV4 && header.gso_size &&
           length >= VNET + ip_size + 20 && length > VNET + ip_size + (ip[ip_size + 12] >> 4) * 4u;
}

static void receive(const unsigned char *data, uint32_t length, uint64_t arrival_ns) {
    const unsigned char *ip = data + VNET;
    if (length < VNET + 20 || ip[0] >> 4 != 4 || (ip[0] & 15) < 5) { stats.malformed++; return; }
    uint32_t source = get32(ip + 12), target = get32(ip + 16);
    uint16_t index = (uint16_t)(((source >> 8) & 255) * REGIONS + ((target >> 8) & 255));
    bool inside = (source & network_mask) == network && (target & network_mask) == network;
    if (!inside || !pairs[index]) { stats.unknown++; return; }
    if (pairs[index]->loss_ppm && splittable(data, length)) enqueue_split(data, length, index, arrival_ns);
    else enqueue(data, length, index, arrival_ns);
}

static void send_due(void) {
    while (heap_count && heap[0]->departure_ns <= now_ns()) {
        struct packet *packet = heap_pop();
        struct pair *pair = pairs[packet->pair]; /* there: forgetting a pair drops what it has queued */
        queued_bytes -= packet->length + sizeof *packet;
        pair->queued_bytes -= packet->length + sizeof *packet;
        if (pair->cut) pair->cut_dropped++; /* again, so that a cut acts at once */
        else if (write(tun, packet->data, packet->length) < 0) stats.refused++;
        else { pair->forwarded++; stats.forwarded++; }
        free(packet);
    }
}

static void read_burst(void) {
    static unsigned char data[PACKET_MAX];
    for (int count = 0; count < BURST; count++) {
        ssize_t length = read(tun, data, sizeof data);
        if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (length < 0) die("reading the device"); /* it was removed: end, so that readers see it */
        receive(data, (uint32_t)length, now_ns());
        send_due();
    }
}

/* ---- Control ---- */

struct answer { char text[MESSAGE_MAX]; size_t length; };

__attribute__((format(printf, 2, 3))) static void say(struct answer *answer, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int length = vsnprintf(answer->text + answer->length, MESSAGE_MAX - answer->length, format, values);
    va_end(values);
    if (length > 0 && answer->length + (size_t)length < MESSAGE_MAX) answer->length += (size_t)length;
}

static void say_pair(struct answer *answer, unsigned target, const struct pair *pair) {
    say(answer, " to=%u delay_ns=%" PRIu64 " jitter_ns=%" PRIu64 " loss_ppm=%u cut=%d", target, pair->delay_ns,
        pair->jitter_ns, pair->loss_ppm, pair->cut);
}

static void forget(unsigned index) {
    free(pairs[index]);
    pairs[index] = NULL;
}

/* Forgetting drops what the pair has under way: a later `set` must not deliver it. */
static void drop_queued(const bool all, unsigned index) {
    size_t count = heap_count;
    heap_count = 0;
    for (size_t at = 0; at < count; at++) { /* pushing never passes the reading position */
        struct packet *packet = heap[at];
        if (!all && packet->pair != index) { heap_push(packet); continue; }
        queued_bytes -= packet->length + sizeof *packet;
        free(packet);
    }
}

static void reset(void) {
    drop_queued(true, 0);
    for (unsigned index = 0; index < REGIONS * REGIONS; index++) forget(index);
    memset(flow_last_ns, 0, sizeof flow_last_ns);
}

static void set(struct answer *answer, unsigned index, uint64_t delay_ns, uint64_t jitter_ns) {
    if (delay_ns > DELAY_NS_MAX || jitter_ns > DELAY_NS_MAX) { say(answer, "error more than 10 s\n"); return; }
    if (!pairs[index] && !(pairs[index] = calloc(1, sizeof(struct pair)))) { say(answer, "error no memory\n"); return; }
    pairs[index]->delay_ns = delay_ns;
    pairs[index]->jitter_ns = jitter_ns;
    say(answer, "ok\n");
}

static void say_stats(struct answer *answer) {
    say(answer,
        "ok forwarded=%" PRIu64 " unknown=%" PRIu64 " malformed=%" PRIu64 " full=%" PRIu64 " refused=%" PRIu64
        " queued=%zu queued_bytes=%" PRIu64 " fifo=%d early_ns=%" PRIu64 "\n",
        stats.forwarded, stats.unknown, stats.malformed, stats.full, stats.refused, heap_count, queued_bytes, fifo,
        early_ns);
}

static void say_list(struct answer *answer, unsigned source) {
    say(answer, "ok");
    for (unsigned target = 0; target < REGIONS; target++)
        if (pairs[source * REGIONS + target]) say_pair(answer, target, pairs[source * REGIONS + target]);
    say(answer, "\n");
}

static void act_on_pair(struct answer *answer, const char *verb, unsigned index, uint64_t value) {
    struct pair *pair = pairs[index];
    if (!pair) { say(answer, "error unknown pair\n"); return; }
    if (!strcmp(verb, "get")) {
        say(answer, "ok");
        say_pair(answer, index % REGIONS, pair);
        say(answer, " forwarded=%" PRIu64 " lost=%" PRIu64 " cut_dropped=%" PRIu64 " full_dropped=%" PRIu64 "\n",
            pair->forwarded, pair->lost, pair->cut_dropped, pair->full_dropped);
        return;
    }
    if (!strcmp(verb, "unset")) { drop_queued(false, index); forget(index); }
    else if (!strcmp(verb, "cut") && value <= 1) pair->cut = value;
    else if (!strcmp(verb, "loss") && value <= 1000000) pair->loss_ppm = (uint32_t)value;
    else { say(answer, "error value out of range\n"); return; }
    say(answer, "ok\n");
}

static void obey(struct answer *answer, const char *line) {
    char verb[8];
    unsigned source = 0, target = 0;
    uint64_t first = 0, second = 0;
    int words = sscanf(line, "%7s %u %u %" SCNu64 " %" SCNu64, verb, &source, &target, &first, &second);
    bool known = words >= 3 && source < REGIONS && target < REGIONS;
    unsigned index = known ? source * REGIONS + target : 0;
    if (words == 1 && !strcmp(verb, "stats")) say_stats(answer);
    else if (words == 1 && !strcmp(verb, "reset")) { reset(); say(answer, "ok\n"); }
    else if (words == 2 && !strcmp(verb, "list") && source < REGIONS) say_list(answer, source);
    else if (words == 5 && known && !strcmp(verb, "set")) set(answer, index, first, second);
    else if (words == 3 && known && (!strcmp(verb, "get") || !strcmp(verb, "unset"))) act_on_pair(answer, verb, index, 0);
    else if (words == 4 && known && (!strcmp(verb, "cut") || !strcmp(verb, "loss"))) act_on_pair(answer, verb, index, first);
    else say(answer, "error not understood\n");
}

/* Returns false when the client is gone, or does not read: the router never waits for one. */
static bool serve(int client) {
    static char message[MESSAGE_MAX];
    static struct answer answer;
    ssize_t length = recv(client, message, sizeof message - 1, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (length <= 0) return false;
    message[length] = 0;
    answer.length = 0;
    char *rest = NULL;
    for (char *line = strtok_r(message, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) obey(&answer, line);
    return send(client, answer.text, answer.length, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)answer.length;
}

/* ---- Start ---- */

static void open_tun(const char *name) {
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun < 0) die("/dev/net/tun");
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(tun, TUNSETIFF, &request) < 0) die(name);
    /* Whole segments of up to 64 KB cross the device: five times the throughput. */
    if (ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0) die("TUNSETOFFLOAD");
}

static int open_control(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) { errno = ENAMETOOLONG; die(path); }
    strcpy(address.sun_path, path);
    int control = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    unlink(path); /* only one router can hold the device, so a socket that is there is a dead one's */
    umask(0077);
    if (control < 0 || bind(control, (struct sockaddr *)&address, sizeof address) < 0 || listen(control, CLIENTS) < 0)
        die(path);
    return control;
}

static void take_priority(void) {
    struct sched_param priority = {.sched_priority = 50};
    fifo = sched_setscheduler(0, SCHED_FIFO, &priority) == 0;
    if (!fifo) fprintf(stderr, "geofleet-router: no SCHED_FIFO (%s): delays suffer when the machine is busy\n", strerror(errno));
    prctl(PR_SET_TIMERSLACK, 1UL); /* what SCHED_FIFO has anyway */
    if (mlockall(MCL_CURRENT)) fprintf(stderr, "geofleet-router: memory is not locked: %s\n", strerror(errno));
}

static void parse_network(const char *text) {
    char address[32];
    unsigned bits;
    struct in_addr parsed;
    if (sscanf(text, "%31[0-9.]/%u", address, &bits) != 2 || !inet_aton(address, &parsed) || bits < 16 || bits > 24) {
        fprintf(stderr, "geofleet-router: --network %s: expected a prefix of 16 to 24 bits\n", text);
        exit(2);
    }
    network_mask = 0xffffffffu << (32 - bits);
    network = ntohl(parsed.s_addr) & network_mask;
}

static void run(int control) {
    struct pollfd watched[2 + CLIENTS] = {{.fd = tun, .events = POLLIN}, {.fd = control, .events = POLLIN}};
    sigset_t while_waiting; /* SIGTERM is blocked except in ppoll, so that it is never missed between test and wait */
    sigemptyset(&while_waiting);
    for (int at = 2; at < 2 + CLIENTS; at++) watched[at] = (struct pollfd){.fd = -1, .events = POLLIN};
    while (!ending) {
        send_due();
        struct timespec wait = {0, 0};
        if (heap_count) {
            uint64_t now = now_ns(), left = heap[0]->departure_ns > now ? heap[0]->departure_ns - now : 0;
            wait = (struct timespec){(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
        }
        if (ppoll(watched, 2 + CLIENTS, heap_count ? &wait : NULL, &while_waiting) <= 0) continue;
        if (watched[0].revents & (POLLERR | POLLHUP)) { errno = ENODEV; die("the device"); }
        if (watched[0].revents & POLLIN) read_burst();
        for (int at = 2; at < 2 + CLIENTS; at++)
            if (watched[at].fd >= 0 && watched[at].revents && !serve(watched[at].fd)) { close(watched[at].fd); watched[at].fd = -1; }
        if (!(watched[1].revents & POLLIN)) continue;
        int client = accept4(control, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), free_at = 2;
        while (free_at < 2 + CLIENTS && watched[free_at].fd >= 0) free_at++;
        if (client >= 0 && free_at == 2 + CLIENTS) close(client);
        else if (client >= 0) watched[free_at].fd = client;
    }
}

int main(int count, char **words) {
    static const struct option options[] = {{"tun", 1, 0, 't'}, {"network", 1, 0, 'n'}, {"control", 1, 0, 'c'},
                                            {"early-us", 1, 0, 'e'}, {"limit-mib", 1, 0, 'l'}, {0, 0, 0, 0}};
    const char *device = NULL, *path = NULL;
    for (int option; (option = getopt_long(count, words, "", options, NULL)) != -1;) {
        if (option == 't') device = optarg;
        else if (option == 'n') parse_network(optarg);
        else if (option == 'c') path = optarg;
        else if (option == 'e') early_ns = strtoull(optarg, NULL, 10) * 1000;
        else if (option == 'l') limit_bytes = strtoull(optarg, NULL, 10) << 20;
        else return 2;
    }
    if (!device || !path || !network_mask) {
        fprintf(stderr, "usage: geofleet-router --tun NAME --network CIDR --control PATH [--early-us N] [--limit-mib N]\n");
        return 2;
    }
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = end}, NULL);
    if (getrandom(&random_state, sizeof random_state, 0) < 0) die("getrandom");
    open_tun(device);
    int control = open_control(path);
    take_priority();
    run(control);
    unlink(path);
    return 0;
}
