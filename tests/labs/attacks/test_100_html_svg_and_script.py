"""100: markup and scripts in code and in messages. A page escapes every value, and loads and runs nothing."""

from pathlib import Path

import pytest

from tests.labs.attacks.showing import Page, shown

TEXTS = {
    "script": "<script>alert(1)</script>",
    "closed before": "</code></pre></td></main></body></html><script src=//evil.example></script>",
    "handler": "<img src=x onerror=alert(1)>",
    "attribute": "\" onmouseover=alert(1) x=\"' onfocus='alert(1)",
    "svg": "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "data": "<object data='data:text/html;base64,PHNjcmlwdD4='></object><embed src=//evil.example>",
    "style": "<style>*{display:none} @import url(//evil.example)</style>",
    "base": "<base href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
    "frame": "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'></iframe>",
    "comment": "<!-- --><!--[if IE]> ]]> <![CDATA[<script>alert(1)</script>]]>",
    "entities": "&lt;script&gt; &#60;script&#62; &amp;lt;",
    "template": "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}{# #}",
    "commonmark": "[x](javascript:alert(1)) ![x](//evil.example/x.png) <https://evil.example> ```\n# h1",
    "mutation": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'><math><mtext><table><mglyph><style>",
    "broken": "<scr\0ipt>alert(1)</scr\0ipt><\u0131mg src=x>",
}
FORBIDDEN = {"script", "iframe", "object", "embed", "img", "svg", "link", "form", "base", "video", "math", "noscript"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_page_takes_it_for_text(attack, tmp_path: Path, text):
    code = f"raise ValueError({text!r})\n"
    verdict = attack(code)
    assert not verdict.passed
    innocent = shown(attack("raise ValueError('x')\n"), "raise ValueError('x')\n", tmp_path)["page"]
    page = Page(shown(verdict, code, tmp_path)["page"])
    names = [tag for tag, _ in page.tags]
    assert not FORBIDDEN & set(names)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert names == [tag for tag, _ in Page(innocent).tags], "the same page, but for its text"
    assert code.strip() in page.text
