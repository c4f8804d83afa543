#include "page_text.hpp"

#include <libxml/HTMLparser.h>
#include <libxml/encoding.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>

#include "common/characters.hpp"
#include "common/clean_text.hpp"
#include "platos/cpp/error.hpp"

namespace platos::skill_web {
namespace {

using Elements = std::initializer_list<std::string_view>;

std::string_view name_of(const xmlNode& node) {
  return node.name == nullptr ? "" : reinterpret_cast<const char*>(node.name);
}

bool is_one_of(std::string_view name, Elements names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_hidden(std::string_view name) {
  return is_one_of(name, {"script", "style", "noscript", "template", "svg", "head", "iframe", "object", "canvas",
                          "select", "datalist", "math"});
}

bool is_block(std::string_view name) {
  return is_one_of(name,
                   {"p",    "div",      "section", "article", "header", "footer",     "main",    "nav",    "aside",
                    "ul",   "ol",       "li",      "dl",      "dt",     "dd",         "table",   "tr",     "h1",
                    "h2",   "h3",       "h4",      "h5",      "h6",     "blockquote", "pre",     "figure", "figcaption",
                    "form", "fieldset", "address", "hr",      "br",     "details",    "summary", "caption"});
}

/// Puts words after each other with one space between, and lines with one line break.
class Lines {
 public:
  void add(std::string_view text) {
    for (const char c : text) {
      if (plugin_common::kWhiteSpace.find(c) != std::string_view::npos) {
        space_ = true;
        continue;
      }
      if (space_ && !text_.empty() && text_.back() != '\n') text_ += ' ';
      space_ = false;
      text_ += c;
    }
  }
  void end_line() {
    space_ = false;
    if (!text_.empty() && text_.back() != '\n') text_ += '\n';
  }
  std::string take() {
    end_line();
    if (!text_.empty()) text_.pop_back();
    return std::move(text_);
  }

 private:
  std::string text_;
  bool space_ = false;
};

std::string_view content_of(const xmlNode& node) {
  return node.content == nullptr ? "" : reinterpret_cast<const char*>(node.content);
}

// Walks without recursion: a page may nest as deep as it likes.
void add_text(const xmlNode* root, Lines& lines) {
  const xmlNode* node = root;
  while (node != nullptr) {
    const std::string_view name = node->type == XML_ELEMENT_NODE ? name_of(*node) : std::string_view();
    if (node->type == XML_TEXT_NODE) lines.add(content_of(*node));
    if (is_block(name)) lines.end_line();
    if (name == "td" || name == "th") lines.add(" ");
    if (node->children != nullptr && node->type == XML_ELEMENT_NODE && !is_hidden(name)) {
      node = node->children;
      continue;
    }
    while (node != nullptr && node != root && node->next == nullptr) {
      node = node->parent;
      if (node != nullptr && is_block(name_of(*node))) lines.end_line();
    }
    if (node == nullptr || node == root) return;
    node = node->next;
  }
}

const xmlNode* first_named(const xmlNode* root, std::string_view wanted) {
  const xmlNode* node = root;
  while (node != nullptr) {
    if (node->type == XML_ELEMENT_NODE && name_of(*node) == wanted) return node;
    if (node->children != nullptr && node->type == XML_ELEMENT_NODE) {
      node = node->children;
      continue;
    }
    while (node != nullptr && node != root && node->next == nullptr) node = node->parent;
    if (node == nullptr || node == root) return nullptr;
    node = node->next;
  }
  return nullptr;
}

bool is_utf8(std::string_view bytes) { return plugin_common::clean_text(bytes, bytes.size() + 3) == bytes; }

// A page that says nothing is what it can be read as.
bool says_charset(std::string_view html) {
  std::string head(html.substr(0, 2048));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return head.find("charset=") != std::string::npos || html.starts_with("\xFE\xFF") || html.starts_with("\xFF\xFE");
}

}  // namespace

PageText text_of_html(std::string_view html, const std::string& charset) {
  if (html.size() > INT_MAX) throw sdk::Error(PLATOS_INVALID_ARGUMENT, "the page is too long");
  std::string encoding = charset;
  if (encoding.empty() && !says_charset(html)) encoding = is_utf8(html) ? "UTF-8" : "windows-1252";
  if (!encoding.empty() && xmlParseCharEncoding(encoding.c_str()) == XML_CHAR_ENCODING_ERROR) {
    const std::unique_ptr<xmlCharEncodingHandler, decltype(&xmlCharEncCloseFunc)> known(
        xmlFindCharEncodingHandler(encoding.c_str()), xmlCharEncCloseFunc);
    if (!known) encoding = "UTF-8";
  }
  const std::unique_ptr<htmlParserCtxt, decltype(&htmlFreeParserCtxt)> context(htmlNewParserCtxt(), htmlFreeParserCtxt);
  if (!context) throw std::bad_alloc();
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
      htmlCtxtReadMemory(context.get(), html.data(), static_cast<int>(html.size()), nullptr,
                         encoding.empty() ? nullptr : encoding.c_str(),
                         HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                             HTML_PARSE_NODEFDTD | HTML_PARSE_COMPACT),
      xmlFreeDoc);
  PageText page;
  const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
  if (root == nullptr) return page;
  if (const xmlNode* title = first_named(root, "title"); title != nullptr && title->children != nullptr) {
    Lines lines;
    lines.add(content_of(*title->children));
    page.title = plugin_common::clean_text(lines.take(), 500);
  }
  Lines lines;
  add_text(root, lines);
  page.text = lines.take();
  return page;
}

std::string text_of_plain(std::string_view bytes, const std::string& charset) {
  const bool plain = charset.empty() || is_utf8(bytes);
  if (!plain) {
    const std::unique_ptr<xmlCharEncodingHandler, decltype(&xmlCharEncCloseFunc)> handler(
        xmlFindCharEncodingHandler(charset.c_str()), xmlCharEncCloseFunc);
    const std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> in(xmlBufferCreate(), xmlBufferFree);
    const std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> out(xmlBufferCreate(), xmlBufferFree);
    if (handler && in && out && bytes.size() <= INT_MAX) {
      xmlBufferAdd(in.get(), reinterpret_cast<const xmlChar*>(bytes.data()), static_cast<int>(bytes.size()));
      if (xmlCharEncInFunc(handler.get(), out.get(), in.get()) >= 0) {
        return reinterpret_cast<const char*>(xmlBufferContent(out.get()));
      }
    }
  }
  return plugin_common::clean_text(bytes, bytes.size() * 3 + 3);
}

}  // namespace platos::skill_web
