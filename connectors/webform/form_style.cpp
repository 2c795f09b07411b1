#include "connectors/webform/form_page.hpp"

namespace tributary::webform {
namespace {

constexpr const char* kStyle = R"(:root {
    color-scheme: light dark;
    --paper: #ffffff;
    --ink: #1c2430;
    --quiet: #56606d;
    --edge: #8791a0;
    --accent: #1257b8;
    --on-accent: #ffffff;
    --bad: #b3261e;
    --bad-paper: #fdf1f0;
}
@media (prefers-color-scheme: dark) {
    :root {
        --paper: #14181f;
        --ink: #e8ecf2;
        --quiet: #a9b3c1;
        --edge: #6b7685;
        --accent: #8ab4f8;
        --on-accent: #0c1a30;
        --bad: #f2b8b5;
        --bad-paper: #35201f;
    }
}
* { box-sizing: border-box; }
body {
    margin: 0;
    background: var(--paper);
    color: var(--ink);
    font: 1rem/1.5 system-ui, sans-serif;
}
main { max-width: 38rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; margin: 0; }
.row { margin: 0 0 1.25rem; }
label { display: block; font-weight: 600; margin: 0 0 .35rem; }
.required { color: var(--quiet); font-weight: 400; font-size: .875rem; }
input, textarea, select {
    width: 100%;
    padding: .6rem .7rem;
    border: 1px solid var(--edge);
    border-radius: .4rem;
    background: var(--paper);
    color: inherit;
    font: inherit;
}
textarea { resize: vertical; }
.check { display: grid; grid-template-columns: auto 1fr; gap: .6rem; align-items: start; }
.check input { width: 1.25rem; height: 1.25rem; margin: .15rem 0 0; }
.check label { margin: 0; font-weight: 400; }
.check .problem { grid-column: 1 / -1; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
[aria-invalid] { border: 2px solid var(--bad); }
.problem { color: var(--bad); margin: 0 0 .35rem; }
.problems {
    margin: 0 0 1.5rem;
    padding: 1rem;
    border: 2px solid var(--bad);
    border-radius: .4rem;
    background: var(--bad-paper);
}
.problems ul { margin: .5rem 0 0; padding-left: 1.2rem; }
.problems a { color: var(--bad); }
.extra { display: none; }
button {
    min-height: 2.75rem;
    padding: .6rem 1.6rem;
    border: 0;
    border-radius: .4rem;
    background: var(--accent);
    color: var(--on-accent);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
}
@media (max-width: 30rem) { button { width: 100%; } }
)";

}  // namespace

http::Reply stylesheet() {
    http::Reply reply(200);
    reply.headers.set("Content-Type", "text/css; charset=utf-8");
    reply.headers.set("Cache-Control", "public, max-age=3600");
    reply.headers.set("X-Content-Type-Options", "nosniff");
    reply.body = kStyle;
    return reply;
}

}  // namespace tributary::webform
