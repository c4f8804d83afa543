#include "page_text.hpp"

#include <catch2/catch.hpp>
#include <string>

using platos::skill_web::text_of_html;

namespace {
std::string text(const std::string& html, const std::string& charset = "") { return text_of_html(html, charset).text; }
}  // namespace

TEST_CASE("blocks stand on lines of their own, and white space is collapsed") {
  CHECK(text("<html><body><h1>Title</h1><p>One   two\n\t three</p><p>Four</p></body></html>") ==
        "Title\nOne two three\nFour");
  CHECK(text("<div><div><div>deep</div></div></div>after") == "deep\nafter");
  CHECK(text("a<br>b<br/><br/>c") == "a\nb\nc");
  CHECK(text("<ul><li>one<li>two</ul>") == "one\ntwo");
  CHECK(text("<table><tr><th>a<th>b<tr><td>1<td>2</table>") == "a b\n1 2");
  CHECK(text("in<b>li</b>ne and <a href='x'>link</a>.") == "inline and link.");
  CHECK(text("a&nbsp;b &lt;tag&gt; &eacute; &#x1F600;") ==
        "a\xC2\xA0"
        "b <tag> é 😀");
}

TEST_CASE("what nobody sees is left out") {
  CHECK(text("<head><title>T</title><style>p{}</style></head><body><script>var a = '<p>no</p>';</script>"
             "<noscript>no</noscript><template>no</template><svg><text>no</text></svg><!-- no -->yes</body>") == "yes");
}

TEST_CASE("the title is found, once and collapsed") {
  CHECK(text_of_html("<title> A \n B </title><body>x", "").title == "A B");
  CHECK(text_of_html("<body>x", "").title.empty());
}

TEST_CASE("characters are read by what server or page say, and else as UTF-8 or windows-1252") {
  CHECK(text("<p>caf\xE9", "iso-8859-1") == "café");
  CHECK(text("<meta charset=\"iso-8859-1\"><p>caf\xE9") == "café");
  CHECK(text("<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'><p>caf\xE9") == "café");
  CHECK(text("<p>café") == "café");
  CHECK(text("<p>caf\xE9 \x80") == "café €");
  CHECK(text("<p>caf\x82\xA0", "shift_jis").size() > 3);
  CHECK(text("<p>café", "no-such-charset") == "café");
}

TEST_CASE("broken pages give what can be read") {
  CHECK(text("") == "");
  CHECK(text("just text") == "just text");
  CHECK(text("<p>a<b>b<i>c</p>d</b>") == "abc\nd");
  CHECK(text("<<<>>>&&&").find("&&&") != std::string::npos);
  CHECK(text("<p>unclosed <a href=\"x") == "unclosed");
}

TEST_CASE("a page may nest as deep as it likes") {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "<div>";
  CHECK_NOTHROW(text(deep + "x"));
  std::string spans;
  for (int i = 0; i < 50'000; ++i) spans += "<b>";
  CHECK_NOTHROW(text(spans + "x"));
}
