#include "folded_letters.hpp"

#include <array>
#include <string_view>

namespace platos::local_vectors {
namespace {

// The base letters, in lower case, of consecutive characters; a space is a separator.
// clang-format off
constexpr std::u16string_view kLatin =
    u"aaaaaaæceeeeiiiidnooooo ouuuuyþßaaaaaaæceeeeiiiidnooooo ouuuuyþy"
    u"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiĳĳjjkkklllllll"
    u"lllnnnnnnnnnooooooœœrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
    u"ƀɓƃƃƅƅɔƈƈɖɗƌƌƍǝəɛƒƒɠɣƕɩiƙƙƚƛɯɲƞɵooƣƣƥƥʀƨƨʃƪƫƭƭʈuuʊʋƴƴƶƶʒƹƹƺƻƽƽƾƿ"
    u"ǀǁǂǃǆǆǆǉǉǉǌǌǌaaiioouuuuuuuuuuǝaaaaææǥǥggkkooooʒʒjǳǳǳggƕƿnnaaææoo"
    u"aaaaeeeeiiiioooorrrruuuussttȝȝhhƞȡȣȣȥȥaaeeooooooooyyȴȵȶȷȸȹⱥȼȼƚⱦȿ"
    u"ɀɂɂƀʉʌɇɇɉɉɋɋɍɍɏɏ";
static_assert(kLatin.size() == 0x250 - 0xC0);

constexpr std::u16string_view kGreekAndCyrillic =
    u"ͱͱͳͳʹ ͷͷ   ͻͼͽ ϳ      α εηι ο υωιαβγδεζηθικλμνξοπρ στυφχψωιυαεηι"
    u"υαβγδεζηθικλμνξοπρσστυφχψωιυουωϗβθυυυφπϗϙϙϛϛϝϝϟϟϡϡϣϣϥϥϧϧϩϩϫϫϭϭϯϯ"
    u"κρσϳθε ϸϸσϻϻϼͻͼͽееђгєѕііјљњћкиуџабвгдежзииклмнопрстуфхцчшщъыьэюя"
    u"абвгдежзииклмнопрстуфхцчшщъыьэюяееђгєѕііјљњћкиуџѡѡѣѣѥѥѧѧѩѩѫѫѭѭѯѯ"
    u"ѱѱѳѳѵѵѵѵѹѹѻѻѽѽѿѿҁҁ        ҋҋҍҍҏҏґґғғҕҕҗҗҙҙққҝҝҟҟҡҡңңҥҥҧҧҩҩҫҫҭҭүү"
    u"ұұҳҳҵҵҷҷҹҹһһҽҽҿҿӏжжӄӄӆӆӈӈӊӊӌӌӎӎӏааааӕӕееәәәәжжззӡӡииииооөөөөээуу"
    u"ууууччӷӷыыӻӻӽӽӿӿԁԁԃԃԅԅԇԇԉԉԋԋԍԍԏԏԑԑԓԓԕԕԗԗԙԙԛԛԝԝԟԟԡԡԣԣԥԥԧԧԩԩԫԫԭԭ"
    u"ԯԯ";
static_assert(kGreekAndCyrillic.size() == 0x530 - 0x370);

constexpr std::u16string_view kLatinAdditional =
    u"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
    u"mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
    u"wwwwwwwwwwxxxxyyzzzzzzhtwyẚsẜẝßẟaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    u"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyỻỻỽỽỿỿ";
// clang-format on
static_assert(kLatinAdditional.size() == 0x1F00 - 0x1E00);

constexpr FoldedLetter letter(char32_t character) noexcept { return {LetterKind::Letter, character}; }
constexpr FoldedLetter letters(char32_t first, char32_t second) noexcept { return {LetterKind::Letter, first, second}; }

constexpr bool is_between(char32_t character, char32_t first, char32_t last) noexcept {
  return character >= first && character <= last;
}

// Looked up, because most text is ASCII and what comes next cannot be predicted.
constexpr auto make_ascii_table() noexcept {
  std::array<FoldedLetter, 128> table{};
  for (char32_t character = 0; character < table.size(); ++character) {
    const bool is_upper = is_between(character, U'A', U'Z');
    const bool is_other = is_between(character, U'a', U'z') || is_between(character, U'0', U'9');
    table[character] = FoldedLetter{LetterKind::Separator};
    if (is_upper || is_other) table[character] = letter(is_upper ? character - U'A' + U'a' : character);
  }
  return table;
}

constexpr auto kAscii = make_ascii_table();

FoldedLetter from_table(std::u16string_view table, char32_t index) noexcept {
  const char16_t base = table[index];
  switch (base) {
    case u' ': return {LetterKind::Separator};
    case u'ß': return letters(U's', U's');
    case u'æ': return letters(U'a', U'e');
    case u'œ': return letters(U'o', U'e');
    case u'þ': return letters(U't', U'h');
    case u'ĳ': return letters(U'i', U'j');
    case u'ǆ': return letters(U'd', U'z');
    case u'ǳ': return letters(U'd', U'z');
    case u'ǉ': return letters(U'l', U'j');
    case u'ǌ': return letters(U'n', U'j');
    default: return letter(base);
  }
}

bool is_nothing(char32_t character) noexcept {
  return character == 0xAD || is_between(character, 0x300, 0x36F) || is_between(character, 0x200B, 0x200D) ||
         character == 0x2060 || is_between(character, 0xFE00, 0xFE0F) || character == 0xFEFF;
}

bool is_ideograph(char32_t character) noexcept {
  return is_between(character, 0x2600, 0x27BF) || is_between(character, 0x3041, 0x318F) ||
         is_between(character, 0x3400, 0x9FFF) || is_between(character, 0xAC00, 0xD7AF) ||
         is_between(character, 0xF900, 0xFAFF) || is_between(character, 0x1F000, 0x1FAFF) ||
         is_between(character, 0x20000, 0x3FFFF);
}

bool is_separator(char32_t character) noexcept {
  return is_between(character, 0x80, 0xBF) || is_between(character, 0x2000, 0x2BFF) ||
         is_between(character, 0x3000, 0x3040) || is_between(character, 0xD800, 0xF8FF) ||
         is_between(character, 0xFF00, 0xFFFF);
}

}  // namespace

FoldedLetter fold(char32_t character) noexcept {
  if (character < 0x80) return kAscii[character];
  if (is_between(character, 0xC0, 0x24F)) return from_table(kLatin, character - 0xC0);
  if (is_between(character, 0x370, 0x52F)) return from_table(kGreekAndCyrillic, character - 0x370);
  if (is_between(character, 0x1E00, 0x1EFF)) return from_table(kLatinAdditional, character - 0x1E00);
  if (is_between(character, 0xFF01, 0xFF5E)) return kAscii[character - 0xFEE0];  // full-width ASCII
  if (is_nothing(character)) return {LetterKind::Nothing};
  if (is_ideograph(character)) return {LetterKind::Ideograph, character};
  if (is_separator(character)) return {LetterKind::Separator};
  return letter(character);
}

}  // namespace platos::local_vectors
