// What a pair is worth, given what its sources say: pure functions, so that they can be tried without a network.

/** Returns the median of numbers; there must be one at least. */
export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** Returns those of the quotes that the pair's rule does not leave out. */
export const withoutOutliers = (pair, quotes) => {
  const prices = quotes.map(({ price }) => price);
  if (pair.outlier_rule === 'none' || quotes.length === 0) return quotes;
  if (pair.outlier_rule === 'basis_points') {
    const middle = median(prices);
    return quotes.filter(({ price }) => Math.abs(price / middle - 1) * 10_000 <= pair.outlier_limit);
  }
  const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
  const deviation = Math.sqrt(prices.reduce((sum, price) => sum + (price - mean) ** 2, 0) / prices.length);
  return quotes.filter(({ price }) => Math.abs(price - mean) <= pair.outlier_limit * deviation || deviation === 0);
};

/**
 * Decides what a pair is worth.
 *
 * A source's quote counts while it is younger than `age_s_max` and has changed within that time: an exchange that
 * stands still answers as fast as ever, and nothing but its price tells.
 *
 * Returns the price, or null with the reason; the sources that were used, and those that were not, with the reason.
 */
export const decide = (pair, quotes, now) => {
  const left = {};
  const fresh = quotes.filter(({ source, price, signedAt, changedAt }) => {
    if (!(price > 0)) left[source] = 'has said nothing';
    else if (now - signedAt > pair.age_s_max) left[source] = `is ${(now - signedAt).toFixed(0)} s old`;
    else if (now - changedAt > pair.age_s_max) left[source] = `has not moved for ${(now - changedAt).toFixed(0)} s`;
    return !(source in left);
  });
  const kept = withoutOutliers(pair, fresh);
  for (const { source } of fresh) if (!kept.some((quote) => quote.source === source)) left[source] = 'is an outlier';
  const used = kept.map(({ source }) => source);
  if (used.length < pair.sources_min)
    return { price: null, reason: `${used.length} sources of ${pair.sources_min} that are needed`, used, left };
  return { price: median(kept.map(({ price }) => price)), reason: '', used, left };
};

/** Returns whether a price must be reported: none was, it has moved enough, or the heartbeat is nearly over. */
export const isDue = (pair, price, reported, now) => {
  if (!reported?.at) return true;
  const moved = Math.abs(price / reported.value - 1) * 10_000;
  return moved >= pair.deviation_bps || now - reported.at >= pair.heartbeat_s * 0.8;
};
