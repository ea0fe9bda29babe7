"""How the page of evidence looks: light, dark where the reader's device asks for it, and on paper."""

from __future__ import annotations

_DAY = (
    "--page:#fff;--ink:#0f172a;--muted:#52627a;--line:#d5dde8;--soft:#f4f7fb;--accent:#1d4ed8;--good:#15803d;"
    "--bad:#b91c1c;--warn:#92400e"
)
_NIGHT = (
    "--page:#0b1220;--ink:#e8eef7;--muted:#9aa9bf;--line:#2a3a56;--soft:#131e33;--accent:#8ab4ff;--good:#4ade80;"
    "--bad:#fca5a5;--warn:#fbbf24"
)

# Classes begin with `e-`: the pictures bring classes of their own into the same page.
STYLE = f"""
:root{{color-scheme:light dark;{_DAY}}}
@media (prefers-color-scheme:dark){{:root{{{_NIGHT}}}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,
'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}}
main,header,footer{{max-width:1120px;margin:0 auto;padding:0 20px}}
header{{padding-top:32px}}
h1,h2,h3{{text-wrap:balance}}
h1{{font-size:28px;line-height:1.2;margin:0 0 6px}}
h2{{font-size:20px;margin:44px 0 10px;padding-top:12px;border-top:2px solid var(--line)}}
h3{{font-size:16px;margin:24px 0 8px}}
p{{margin:8px 0;max-width:80ch}}
a{{color:var(--accent)}}
nav ol{{padding-left:0;list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:18px 0 0}}
code,.e-code{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12.5px;
overflow-wrap:anywhere}}
.e-muted{{color:var(--muted)}}
.e-facts{{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0 0;padding:0}}
.e-facts div{{background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:10px 14px}}
.e-facts dt{{color:var(--muted);font-size:13px}}
.e-facts dd{{margin:0;font-size:17px;font-weight:600;overflow-wrap:anywhere}}
.e-scroll{{overflow-x:auto;margin:10px 0}}
table{{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}}
caption{{text-align:left;color:var(--muted);padding:0 0 6px}}
th,td{{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);min-width:56px;
overflow-wrap:break-word}}
thead th{{border-bottom:2px solid var(--line);color:var(--muted);font-weight:600;white-space:nowrap}}
tbody th{{font-weight:600;white-space:nowrap}}
td.e-number,th.e-number{{text-align:right}}
td.e-wide{{min-width:220px}}
tbody th.e-wide{{white-space:normal;min-width:180px}}
td.e-place code{{white-space:nowrap}}
.e-state{{white-space:nowrap;font-weight:600}}
.e-good{{color:var(--good)}}.e-bad{{color:var(--bad)}}.e-warn{{color:var(--warn)}}
figure{{margin:14px 0}}
figure svg{{display:block;width:100%;height:auto}}
.e-picture{{overflow-x:auto}}
.e-picture svg{{min-width:720px}}
figcaption{{color:var(--muted);font-size:13.5px}}
footer{{padding-top:24px;padding-bottom:40px;color:var(--muted);font-size:13.5px}}
.e-notes{{border-left:4px solid var(--warn);padding:2px 14px;margin:16px 0}}
@page{{size:A4;margin:14mm 12mm}}
@media print{{
:root{{color-scheme:light;{_DAY}}}
body{{font-size:10pt}}
main,header,footer{{max-width:none;padding:0}}
nav{{display:none}}
table{{font-size:8.2pt}}
th,td{{padding:3px 8px 3px 0;min-width:0}}
td.e-wide{{min-width:0}}
thead th,.e-state,td.e-place code{{white-space:normal}}
tbody tr:first-child{{break-before:avoid}}
code{{font-size:7.6pt}}
thead{{display:table-header-group}}
tr,figure,.e-facts div{{break-inside:avoid}}
h2,h3,caption{{break-after:avoid}}
h2{{margin-top:22px}}
.e-scroll,.e-picture{{overflow:visible}}
.e-picture svg{{min-width:0;max-height:235mm}}
.e-apart{{break-before:page}}
a{{color:inherit;text-decoration:none}}
}}
"""
