// The OpenAPI document against tools that are not ours: two linters, and a proxy that compares it with the server.
#include <catch2/catch.hpp>
#include <cctype>
#include <set>

#include "integration/api_tour.hpp"
#include "oracles/openapi/prism_proxy.hpp"

namespace platos::tests {
namespace {

/// The document as a file.
struct DocumentFile {
  TempDir folder;
  Json json;
  std::string path;

  explicit DocumentFile(const ApiStage& stage, const Json& changes = Json::object())
      : json(stage.fetch("/openapi.json").json()) {
    json.merge_patch(changes);
    folder.write("openapi.json", json.dump(2));
    path = folder.path() + "/openapi.json";
  }
};

Finished run_node(const std::string& script, const std::vector<std::string>& arguments) {
  const std::string folder = PLATOS_OPENAPI_ORACLES;
  std::vector<std::string> command = {PLATOS_NODE, folder + "/node_modules/" + script};
  command.insert(command.end(), arguments.begin(), arguments.end());
  // Neither looks for a newer version of itself, nor tells anybody that it ran.
  return run_program(command, {{"REDOCLY_TELEMETRY", "off"},
                               {"REDOCLY_SUPPRESS_UPDATE_NOTICE", "true"},
                               {"NO_UPDATE_NOTIFIER", "1"},
                               {"NO_COLOR", "1"},
                               {"CI", "true"}});
}

/// prism answers by itself what it finds wrong.
bool is_violation(const Answer& answer) {
  const auto type = answer.headers.find("content-type");
  const bool problem = type != answer.headers.end() && type->second.find("problem+json") != std::string::npos;
  return problem || answer.headers.contains("sl-violations");
}

/// Whether a success of the step is JSON, or nothing: prism reads events as one text, and knows nothing of them.
bool answers_json(const Json& document, const Step& step) {
  const std::string route = step.route;
  std::string method = route.substr(0, route.find(' '));
  for (auto& c : method) c = static_cast<char>(std::tolower(c));
  const Json& operation = document["paths"][route.substr(route.find(' ') + 1)][method];
  for (const auto& [status, response] : operation["responses"].items()) {
    if (status.front() != '2') continue;
    const Json content = response.value("content", Json::object());
    if (!content.empty() && !content.contains("application/json")) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("redocly finds nothing wrong with the document") {
  const ApiStage stage;
  const DocumentFile document(stage);
  const Finished linted = run_node("@redocly/cli/bin/cli.js", {"lint", document.path, "--config",
                                                               std::string(PLATOS_OPENAPI_ORACLES) + "/redocly.yaml",
                                                               "--format", "stylish", "--max-problems", "200"});
  INFO(linted.out << linted.err);
  CHECK(linted.exit_code == 0);
  CHECK(linted.err.find("warning") == std::string::npos);
}

TEST_CASE("spectral finds nothing wrong with the document") {
  const ApiStage stage;
  const DocumentFile document(stage);
  const Finished linted = run_node("@stoplight/spectral-cli/dist/index.js",
                                   {"lint", document.path, "--ruleset",
                                    std::string(PLATOS_OPENAPI_ORACLES) + "/spectral.yaml", "--fail-severity", "hint"});
  INFO(linted.out << linted.err);
  CHECK(linted.exit_code == 0);
}

TEST_CASE("prism finds no answer that the document does not tell of") {
  ApiTour stage;
  const DocumentFile document(stage);
  const PrismProxy proxy(document.path, stage.daemon->url());
  std::set<std::string> asked;
  // To a 501 prism answers with an example of its own.
  constexpr long kNotImplemented = 501;
  stage.walk(
      proxy.url(),
      [&](const Step& step) {
        return step.is_valid() && step.status != kNotImplemented && answers_json(document.json, step);
      },
      [&](const Step& step, const Json&, const Answer& answer) {
        asked.insert(step.route);
        INFO(step.route << " " << answer.status << " " << answer.body.substr(0, 4000));
        CHECK_FALSE(is_violation(answer));
      });
  CHECK(asked.size() >= 60);
}

TEST_CASE("prism would find an answer of another type, and one without a member") {
  const ApiStage stage;
  const auto asks = [&stage](const Json& health) {
    const DocumentFile document(stage, {{"components", {{"schemas", {{"Health", health}}}}}});
    const PrismProxy proxy(document.path, stage.daemon->url());
    Ask question;
    question.url = proxy.url();
    question.path = "/api/health";
    return is_violation(ask(*stage.daemon, question));
  };
  CHECK(asks({{"properties", {{"version", {{"type", "integer"}}}}}}));
  CHECK(asks({{"required", {"status", "other"}}}));
}

}  // namespace platos::tests
