// What a narrative may hold. https://hl7.org/fhir/R4/narrative.html#xhtml
import t from 'tap';
import { narrativeProblem } from '../../validation/structure/narrative.ts';

const inside = (markup: string) =>
  narrativeProblem(`<div xmlns="http://www.w3.org/1999/xhtml">${markup}</div>`);

t.test('basic formatting, tables, lists, links and images are allowed', async (t) => {
  for (const markup of [
    'text',
    '<p class="a" style="color: red">a<br/>b</p>',
    '<table border="1"><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
    '<ul><li>a &lt; b &amp; c &#169;</li></ul>',
    '<a href="https://example.org/a?b=c&amp;d">x</a><a href="#here">y</a><a name="here">z</a><a href="Patient/1">p</a>',
    '<img src="data:image/png;base64,AAAA" alt="x"/>',
    '<!-- a comment with <script> --><p title="a > b">x</p>',
    '<span style="background-image: url(data:image/png;base64,AAAA)">x</span>',
    '<td style="background-image: url(line-1.png)">x</td>',
  ]) {
    t.equal(inside(markup), undefined, markup);
  }
});

t.test('scripts, event handlers, frames, forms and active addresses are refused', async (t) => {
  const cases: [string, RegExp][] = [
    ['<script>alert(1)</script>', /element <script>/],
    ['<SCRIPT>alert(1)</SCRIPT>', /element <SCRIPT>/],
    ['<p onclick="alert(1)">x</p>', /attribute "onclick"/],
    ['<p ONCLICK="alert(1)">x</p>', /attribute "ONCLICK"/],
    ['<iframe src="https://example.org">x</iframe>', /element <iframe>/],
    ['<form action="x">y</form>', /element <form>/],
    ['<object data="x">y</object>', /element <object>/],
    ['<style>p {}</style>', /element <style>/],
    ['<link href="x"/>', /element <link>/],
    ['<svg>x</svg>', /element <svg>/],
    ['<a href="javascript:alert(1)">x</a>', /address on <a>/],
    ['<a href=" JaVaScRiPt:alert(1)">x</a>', /address on <a>/],
    ['<a href="java&#x73;cript:alert(1)">x</a>', /address on <a>/],
    ['<a href="java&#9;script:alert(1)">x</a>', /address on <a>/],
    ['<a href="javascript&colon;alert(1)">x</a>', /not well-formed/],
    ['<a href="vbscript:x">x</a>', /address on <a>/],
    ['<img src="data:image/svg+xml;base64,AAAA"/>', /address on <img>/],
    ['<a href="data:text/html,x">x</a>', /address on <a>/],
    ['<p style="background: url(https://example.org/x)">x</p>', /style on <p>/],
    ['<p style="background: url(//example.org/x.png)">x</p>', /style on <p>/],
    ['<p style="width: expression(alert(1))">x</p>', /style on <p>/],
    ['<p style="b\\65havior: x">x</p>', /style on <p>/],
  ];
  for (const [markup, expected] of cases) t.match(inside(markup) ?? 'allowed', expected, markup);
});

t.test('the entities are those of XML: characters have numbers, not names', async (t) => {
  t.equal(inside('a&#160;&lt;&gt;&amp;&quot;&apos;&#xA0;b'), undefined);
  for (const entity of ['&nbsp;', '&reg;', '&', '&#x110000000;'])
    t.equal(inside(`a${entity}b`), 'is not well-formed XHTML', entity);
});

t.test('the div is well-formed XHTML, one div, and says something', async (t) => {
  t.match(narrativeProblem('text') ?? '', /must start with <div/);
  t.match(narrativeProblem('<p>text</p>') ?? '', /must start with <div/);
  t.match(narrativeProblem('<div>a</div><div>b</div>') ?? '', /nothing after it/);
  t.match(narrativeProblem('<div>  <p> </p> </div>') ?? '', /is empty/);
  for (const markup of [
    '<p>x',
    'x</p>',
    '<b><i>x</b></i>',
    '<p title=a>x</p>',
    '<p title="a>x</p>',
    'a < b',
    '<!-- x',
    '<![CDATA[x]]>',
    '<?x y?>',
    '</div>x<div>',
  ]) {
    t.match(inside(markup) ?? 'allowed', /not well-formed|nothing after it/, markup);
  }
});

t.test('a hostile narrative of a megabyte is decided in less than a second', async (t) => {
  for (const markup of [
    '<',
    '<!--',
    '<b>',
    '<p title="',
    '&#x',
    '<a href="&#',
    '<p style="url ',
    ' a="" ',
    '<br/>',
  ]) {
    const start = performance.now();
    inside(markup.repeat(1_000_000 / markup.length));
    t.ok(performance.now() - start < 1000, markup);
  }
});
