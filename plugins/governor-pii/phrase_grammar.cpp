#include "phrase_grammar.hpp"

#include <algorithm>

namespace platos::governor_pii {
namespace {

template <typename Each>
void split(std::string_view text, char separator, Each&& each) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) each(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

struct Source {
  InjectionPattern pattern;
  std::string_view words;
};

// Verbs and nouns are chosen so that the innocent neighbours in the tests pass: "show me the original message",
// "there are no restrictions on luggage", "remove all filters from the table".
constexpr Source kSources[] = {
    {InjectionPattern::IgnorePrevious,
     "ignore|disregard|forget|override|overlook|bypass|skip (all|any|every) (of) (the|your|my|these|those|this|its) "
     "previous|prior|above|earlier|preceding|foregoing|former|existing|past|initial|original "
     "(system|user|developer|safety) instructions|instruction|prompts|prompt|rules|directions|directives|commands|"
     "guidelines|messages|message|context|orders|constraints"},
    {InjectionPattern::IgnorePrevious,
     "ignore|disregard|forget everything|all|anything (that) (you|we|i|was|is) (were|was|have|had|ve|youve) (been) "
     "told|said|above|before|instructed|learned|written"},
    {InjectionPattern::IgnorePrevious,
     "ignore|disregard|forget|override all|your|any (of) (your) (system|own|initial|original) "
     "instructions|prompt|prompts|programming|training|directives"},
    {InjectionPattern::IgnorePrevious,
     "ignore|disregard|forget|override (the|all) instructions|rules|prompt|messages (given|written|that) (are|were) "
     "above|before|earlier|previously"},
    {InjectionPattern::YouAreNow,
     "you are now (going) (to) (be|act|acting) (as) a|an|the|my|called|named|dan|free|unrestricted|jailbroken|evil"},
    {InjectionPattern::YouAreNow, "youre now a|an|the|my|called|named|dan|free|unrestricted|jailbroken|evil"},
    {InjectionPattern::YouAreNow, "from now on you|youll|youre (are|will|must|shall|act|answer|respond)"},
    {InjectionPattern::SystemHijack, "system (prompt|message|instruction|override|note) : you|your|the|youre"},
    {InjectionPattern::DanMode, "dan mode"},
    {InjectionPattern::DanMode, "do anything now"},
    {InjectionPattern::DanMode, "act|behave|respond|answer|roleplay as (a) dan"},
    {InjectionPattern::DanMode, "developer|god|jailbreak mode enabled|activated|on|unlocked|output"},
    {InjectionPattern::DanMode, "enable|activate|enter|unlock dan|developer|god|jailbreak mode"},
    {InjectionPattern::Pretend, "pretend (that) you|youre|youve"},
    {InjectionPattern::Pretend, "pretend to be|have|not"},
    {InjectionPattern::Pretend, "act as if|though you|youre (are|have|had|were) (no|not|a|an|the|free)"},
    {InjectionPattern::RevealPrompt,
     "reveal|show|print|output|display|repeat|tell|give|leak|expose|dump|recite|share|disclose|write|return "
     "(me|us|out) "
     "(all) (of) (the|your) (full|entire|exact|complete|whole|raw|verbatim) system|hidden|secret|internal|developer "
     "(system) prompt|prompts|instructions|message|messages|rules|directives"},
    {InjectionPattern::RevealPrompt,
     "reveal|show|print|output|display|repeat|leak|expose|dump|recite|disclose (me|us|out) (all) (of) your "
     "(full|entire|exact|complete|own|whole|initial|original) prompt|prompts|instructions"},
    {InjectionPattern::RevealPrompt,
     "reveal|print|output|display|repeat|leak|expose|dump|recite|disclose (the) (full|entire|exact|complete) "
     "initial|original prompt|prompts|instructions"},
    {InjectionPattern::RevealPrompt,
     "what|whats (is|are|was|were) (in) your (full|entire|exact|complete|own) "
     "system|initial|hidden|secret|original prompt|prompts|instructions|message"},
    {InjectionPattern::RevealPrompt, "repeat|print|output (all) (of) the words|text|everything above|before"},
    {InjectionPattern::NoRestrictions,
     "you have|are|operate|work (absolutely) no|zero|without|unbound|free|not (bound) (by|from) "
     "(any|all|ethical|moral|content|safety|more) "
     "restrictions|limitations|filters|limits|rules|guidelines|censorship|guardrails"},
    {InjectionPattern::NoRestrictions,
     "respond|answer|act|operate|speak|reply|behave|generate|write|talk *4 without|no|zero (any|all|ethical|moral|"
     "content|safety|your) restrictions|restriction|limitations|filters|filter|censorship|guardrails|safeguards"},
    {InjectionPattern::NoRestrictions,
     "ai|assistant|model|bot|chatbot|llm (that) (has) with|without|no (no|any) (ethical|moral|content|safety) "
     "restrictions|limitations|filters|rules|limits|guidelines|censorship|guardrails"},
    {InjectionPattern::NoRestrictions,
     "remove|disable|bypass|lift|drop|ignore|off|deactivate|break (all|any) (of) your|safety|ethical|moral "
     "(own|safety|content|ethical|moral) restrictions|limitations|filters|filter|guardrails|safeguards|limits"},
    {InjectionPattern::ExfilUrl,
     "send|leak|post|exfiltrate|upload|forward|transmit|submit|deliver|pipe *4 "
     "data|conversation|history|prompt|instructions|messages|context|secrets|secret|credentials|keys|key|password|"
     "passwords|tokens|token|information|contents|everything|transcript|chat|files|emails|records|memory|variables|env "
     "*4 to|at|via|using|into http|https :"},
    {InjectionPattern::DisregardSafety,
     "disregard|ignore|bypass|forget|override|violate|circumvent|abandon (all|any|every) (of) "
     "(the|your|its|my|these|those|openai|anthropic) (own) safety|ethical|security|moral|content "
     "(and) (ethical|safety|security|moral|content|use) guidelines|guideline|rules|rule|policies|policy|protocols|"
     "filters|measures|instructions|training|restrictions|guardrails|constraints|checks|mechanisms"},
    {InjectionPattern::DisregardSafety,
     "disregard|ignore|forget|bypass|circumvent|abandon (all|any) (of) your (own) "
     "guidelines|rules|guardrails|safeguards|policies|ethics|morals|safety|constraints"},
};

}  // namespace

bool Step::accepts(std::string_view word) const noexcept {
  if (words.empty()) return word != ":";
  return std::find(words.begin(), words.end(), word) != words.end();
}

Phrase::Phrase(InjectionPattern pattern, std::string_view source) : pattern_(pattern) {
  split(source, ' ', [this](std::string_view step) { add_step(step); });
}

void Phrase::add_step(std::string_view source) {
  if (source[0] == '*') {
    for (char n = '0'; n < source[1]; ++n) steps_.push_back({{}, true});
    return;
  }
  Step step;
  step.is_optional = source.front() == '(';
  if (step.is_optional) source = source.substr(1, source.size() - 2);
  split(source, '|', [&](std::string_view word) { step.words.push_back(word); });
  steps_.push_back(std::move(step));
}

Phrase::States Phrase::advance(States states, std::string_view word) const noexcept {
  States next = 0;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if ((states >> i & 1U) == 0) continue;
    if (steps_[i].is_optional) states |= States{2} << i;
    if (steps_[i].accepts(word)) next |= States{2} << i;
  }
  return next;
}

std::vector<Phrase> make_phrases() {
  std::vector<Phrase> phrases;
  for (const Source& source : kSources) phrases.emplace_back(source.pattern, source.words);
  return phrases;
}

}  // namespace platos::governor_pii
