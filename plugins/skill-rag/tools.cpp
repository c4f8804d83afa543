#include "tools.hpp"

namespace platos::skill_rag {
namespace {

struct Tool {
  const char* name;
  const char* title;
  const char* description;
  const char* effect;
  const char* input_schema;
};

constexpr Tool kTools[] = {
    {"rag_ingest_document", "Keep documents",
     "Keep documents, so that rag_retrieve finds parts of them. A source is a URL that is fetched, or the name of a "
     "text that is given as content (text, Markdown, HTML) or contentBase64 (also PDF). What had the same source "
     "before is replaced.",
     "idempotent",
     R"({"type": "object", "required": ["source"], "additionalProperties": false, "properties": {
       "source": {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 2048},
                            {"type": "array", "minItems": 1, "maxItems": 20,
                             "items": {"type": "string", "minLength": 1, "maxLength": 2048}}],
                  "description": "URL or URLs, or the name of the content that is given"},
       "content": {"type": "string", "description": "The document as text"},
       "contentBase64": {"type": "string", "description": "The document as bytes, in base64"},
       "contentType": {"type": "string", "maxLength": 200, "description": "Such as text/markdown or application/pdf"},
       "tags": {"type": "array", "maxItems": 20, "items": {"type": "string", "minLength": 1, "maxLength": 64}},
       "chunkSize": {"type": "integer", "minimum": 200, "maximum": 4000, "default": 1000, "description": "Characters"},
       "overlap": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 200,
                   "description": "Characters; at most half of chunkSize"}}})"},
    {"rag_retrieve", "Find in documents",
     "Find the parts of kept documents that fit a question, by words and by likeness, best first.", "read",
     R"({"type": "object", "required": ["query"], "additionalProperties": false, "properties": {
       "query": {"type": "string", "minLength": 1, "maxLength": 8192},
       "topK": {"type": "integer", "minimum": 1, "maximum": 50, "default": 8},
       "filterTags": {"type": "array", "maxItems": 20, "items": {"type": "string", "minLength": 1, "maxLength": 64},
                      "description": "Only sources with one of these tags"},
       "rerank": {"type": "boolean", "default": false,
                  "description": "Order a longer list anew, by the question's words and likeness"}}})"},
    {"rag_delete_source", "Forget a document", "Forget a source with all of its parts.", "idempotent",
     R"({"type": "object", "required": ["sourceUrl"], "additionalProperties": false, "properties": {
       "sourceUrl": {"type": "string", "minLength": 1, "maxLength": 2048}}})"},
    {"rag_list_sources", "List documents", "List the sources of all kept documents.", "read",
     R"({"type": "object", "additionalProperties": false, "properties": {}})"},
    {"rag_reindex", "Read a document anew",
     "Fetch a source again, or take a given text as it was, and cut it anew with the sizes that it was kept with.",
     "idempotent",
     R"({"type": "object", "required": ["sourceUrl"], "additionalProperties": false, "properties": {
       "sourceUrl": {"type": "string", "minLength": 1, "maxLength": 2048}}})"},
};

}  // namespace

void write_tools(sdk::JsonWriter& out) {
  out.begin_array();
  for (const Tool& tool : kTools) {
    out.begin_object().key("name").value(tool.name).key("title").value(tool.title);
    out.key("description").value(tool.description).key("input_schema").raw(tool.input_schema);
    out.key("effect").value(tool.effect).key("timeout_ms").value(120'000).end_object();
  }
  out.end_array();
}

}  // namespace platos::skill_rag
