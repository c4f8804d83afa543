#include "html_text.hpp"

#include <libxml/HTMLparser.h>

#include <array>
#include <climits>
#include <memory>

#include "common/characters.hpp"
#include "platos/cpp/error.hpp"

namespace platos::skill_rag {
namespace {

std::string_view name_of(const xmlNode& node) {
  return node.name == nullptr ? "" : reinterpret_cast<const char*>(node.name);
}

template <std::size_t kCount>
bool is_one_of(std::string_view name, const std::array<std::string_view, kCount>& names) {
  for (const auto each : names) {
    if (each == name) return true;
  }
  return false;
}

bool is_silent(std::string_view name) {
  constexpr std::array<std::string_view, 9> kSilent = {"script", "style",  "noscript", "template", "svg",
                                                       "iframe", "object", "select",   "textarea"};
  return is_one_of(name, kSilent);
}

bool is_block(std::string_view name) {
  constexpr std::array<std::string_view, 30> kBlocks = {
      "title", "p",       "div", "section", "article", "header", "footer", "main", "nav",        "aside",
      "h1",    "h2",      "h3",  "h4",      "h5",      "h6",     "ul",     "ol",   "li",         "table",
      "tr",    "caption", "pre", "br",      "hr",      "dl",     "dt",     "dd",   "blockquote", "figcaption"};
  return is_one_of(name, kBlocks);
}

/// Text with its white space made single.
class Page {
 public:
  void add(std::string_view text, bool as_it_is) {
    for (const char byte : text) {
      const bool blank = plugin_common::kWhiteSpace.find(byte) != std::string_view::npos;
      if (as_it_is) {
        text_ += byte;
      } else if (!blank) {
        if (gap_ && !text_.empty() && text_.back() != '\n') text_ += ' ';
        text_ += byte;
      }
      gap_ = blank && !as_it_is;
    }
  }
  void gap() { gap_ = true; }
  void end_line() {
    gap_ = false;
    if (!text_.empty() && text_.back() != '\n') text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  bool gap_ = false;
};

bool within_pre(const xmlNode& node) { return node.parent != nullptr && name_of(*node.parent) == "pre"; }

void enter(const xmlNode& node, Page& page) {
  if (node.type == XML_TEXT_NODE || node.type == XML_CDATA_SECTION_NODE) {
    if (node.content != nullptr) page.add(reinterpret_cast<const char*>(node.content), within_pre(node));
  } else if (is_block(name_of(node))) {
    page.end_line();
  } else if (name_of(node) == "td" || name_of(node) == "th") {
    page.gap();
  }
}

// Without recursion: how deep a page is, its author says.
std::string text_under(const xmlNode* root) {
  Page page;
  for (const xmlNode* node = root; node != nullptr;) {
    enter(*node, page);
    if (node->children != nullptr && node->type == XML_ELEMENT_NODE && !is_silent(name_of(*node))) {
      node = node->children;
      continue;
    }
    while (node != nullptr && node->next == nullptr) {
      node = node == root ? nullptr : node->parent;
      if (node != nullptr && is_block(name_of(*node))) page.end_line();
      if (node == root) return page.take();
    }
    if (node != nullptr) {
      if (is_block(name_of(*node))) page.end_line();
      node = node->next;
    }
  }
  return page.take();
}

}  // namespace

std::string html_text(std::string_view html, const std::string& charset) {
  if (html.size() > INT_MAX) throw sdk::Error(PLATOS_INVALID_ARGUMENT, "HTML: expected less than 2 GiB");
  constexpr int kOptions = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET;
  const bool says_itself = html.substr(0, 2048).find("charset") != std::string_view::npos;
  const char* encoding = !charset.empty() ? charset.c_str() : says_itself ? nullptr : "UTF-8";
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
      htmlReadMemory(html.data(), static_cast<int>(html.size()), nullptr, encoding, kOptions), xmlFreeDoc);
  const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
  if (root == nullptr) throw sdk::Error(PLATOS_INVALID_ARGUMENT, "HTML: expected a page, found nothing that is one");
  return text_under(root);
}

}  // namespace platos::skill_rag
