// From bytes to text, hostile ones too.
#include <catch2/catch.hpp>
#include <chrono>
#include <random>

#include "confined_text.hpp"
#include "document-text/html_text.hpp"
#include "document.hpp"
#include "platos/cpp/error.hpp"
#include "support/pdf_maker.hpp"
#include "support/text.hpp"

namespace platos::skill_rag {
namespace {

using tests::has;
using tests::pdf_of_objects;
using tests::pdf_of_pages;
using tests::pdf_stream;

std::string read_pdf(const std::string& bytes, std::int64_t time_ms = kPdfTimeMs) {
  return pdf_text(
      DOCUMENT_PROGRAM, bytes, [] {}, time_ms);
}

std::string refusal(const std::string& bytes, std::int64_t time_ms = kPdfTimeMs) {
  try {
    return "no refusal: " + read_pdf(bytes, time_ms).substr(0, 100);
  } catch (const sdk::Error& error) {
    CHECK(error.code() == PLATOS_INVALID_ARGUMENT);
    return error.what();
  }
}

}  // namespace

TEST_CASE("a real PDF gives its text, page by page") {
  const std::string text = read_pdf(pdf_of_pages({{"The harbour is deep.", "Ships come in."}, {"Second page."}}));
  CHECK(has(text, "The harbour is deep."));
  CHECK(has(text, "Ships come in."));
  CHECK(text.find("Second page.") > text.find('\f'));
}

TEST_CASE("what is no PDF, or one that only wants to do harm, is refused within bounds") {
  CHECK(has(refusal("hello"), "other bytes"));
  CHECK(has(refusal(""), "other bytes"));
  std::mt19937 random(3);
  std::string garbage = "%PDF-1.7\n";
  for (int i = 0; i < 100'000; ++i) garbage += static_cast<char>(random());
  CHECK(has(refusal(garbage), ": expected"));
  const std::string real = pdf_of_pages({{"Some text"}});
  for (std::size_t size = 0; size < real.size(); size += 37) {
    try {
      (void)read_pdf(real.substr(0, size));
    } catch (const sdk::Error& error) {
      CHECK(error.code() == PLATOS_INVALID_ARGUMENT);
    }
  }
  CHECK(has(refusal(pdf_of_pages({{}})), "found none"));
}

TEST_CASE("claims of many pages, deep objects and objects that hold themselves end in a refusal") {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>", ""};
  std::string kids;
  for (int i = 0; i < 2001; ++i) {
    objects.push_back("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>");
    kids += std::to_string(objects.size()) + " 0 R ";
  }
  objects[1] = "<< /Type /Pages /Kids [" + kids + "] /Count 2001 >>";
  const std::string many = pdf_of_objects(objects);
  CHECK(has(refusal(many), "2000 pages"));
  const std::string lie =
      pdf_of_objects({"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 2147483647 >>",
                      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"});
  CHECK(has(refusal(lie), ": expected"));
  const std::string deep = pdf_of_objects({"<< /Type /Catalog /Pages " + std::string(200'000, '[') + " >>"});
  CHECK(has(refusal(deep), ": expected"));
  const std::string itself =
      pdf_of_objects({"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>"});
  CHECK(has(refusal(itself), ": expected"));
}

TEST_CASE("a PDF that takes its time, or that a caller gives up, costs that time and no more") {
  std::string work = "BT /F1 1 Tf ";
  for (int i = 0; i < 400'000; ++i)
    work += "1 0 0 1 " + std::to_string(i % 600) + " " + std::to_string(i % 700) + " Tm (ab) Tj ";
  const std::string slow =
      pdf_of_objects({"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
                      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
                      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R "
                      "/Resources << /Font << /F1 3 0 R >> >> >>",
                      pdf_stream(work + "ET")});
  CHECK(has(refusal(slow, 1), "too long"));
  int polls = 0;
  CHECK_THROWS_AS(pdf_text(DOCUMENT_PROGRAM, slow,
                           [&] {
                             if (++polls > 1) throw sdk::Error(PLATOS_CANCELLED, "enough");
                           }),
                  sdk::Error);
  CHECK_THROWS_AS(pdf_text("/nowhere/program", slow, [] {}), sdk::Error);
}

TEST_CASE("HTML: what a reader sees, in lines, without scripts") {
  const std::string html =
      "<!doctype html><html><head><title>The title</title><style>p{}</style></head><body><h1>Head</h1>"
      "<p>One <b>bold</b>\n  word.</p><script>alert('x')</script><ul><li>first<li>second</ul>"
      "<table><tr><td>a<td>b</table><pre>  kept\n  so</pre>&amp; &euro; gr&uuml;n</body></html>";
  CHECK(html_text(html) == "The title\nHead\nOne bold word.\nfirst\nsecond\na b\n  kept\n  so\n& € grün");
  CHECK(html_text("caf\xE9", "iso-8859-1").find("café") != std::string::npos);
  CHECK(has(html_text("no tags at all"), "no tags at all"));
}

TEST_CASE("HTML that is deep, broken or wants other files is read for its text") {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "<div>";
  CHECK_NOTHROW(html_text(deep + "x"));
  CHECK_NOTHROW(html_text("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><p>&x;"));
  CHECK_FALSE(has(html_text("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><p>&x;text"), "root:"));
  std::mt19937 random(5);
  for (int round = 0; round < 100; ++round) {
    std::string noise;
    for (int i = 0; i < 500; ++i) noise += static_cast<char>(random());
    try {
      (void)html_text(noise);
    } catch (const sdk::Error& error) {
      CHECK(error.code() == PLATOS_INVALID_ARGUMENT);
    }
  }
}

TEST_CASE("the form of a document: what its type says, else its name and first bytes") {
  CHECK(form_of("text/html; charset=utf-8", "x", "") == Form::Html);
  CHECK(form_of("application/pdf", "x", "") == Form::Pdf);
  CHECK(form_of("", "https://x/doc.PDF?x=1", "") == Form::Pdf);
  CHECK(form_of("", "x", "%PDF-1.4") == Form::Pdf);
  CHECK(form_of("", "notes.md", "# Hi") == Form::Markdown);
  CHECK(form_of("text/plain", "notes.md", "") == Form::Markdown);
  CHECK(form_of("", "x", "\n<!DOCTYPE html>") == Form::Html);
  CHECK(form_of("", "x", "words") == Form::Text);
  CHECK_THROWS_AS(form_of("image/png", "x", ""), sdk::Error);
  CHECK(charset_of("text/html; charset=\"ISO-8859-1\"; a=b") == "iso-8859-1");
  const Document bad{std::string("a\0b\xff", 4) + "\x1b[2J", "text/plain", "x"};
  const std::string text = text_of(bad, DOCUMENT_PROGRAM, [] {});
  CHECK(text == "a b\xEF\xBF\xBD [2J");
}

}  // namespace platos::skill_rag
