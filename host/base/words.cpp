#include "base/words.hpp"

#include <algorithm>
#include <array>

namespace platos::base {
namespace {

constexpr std::size_t kMaxWordBytes = 64;
constexpr char32_t kNone = 0;     // separates words
constexpr char32_t kIgnored = 1;  // stands inside a word and does not count: accents, joiners
constexpr char32_t kInvalid = 0xFFFFFFFF;

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// The letter that stands for each character of a block; a space for what is no letter.
constexpr std::u16string_view kLatin =
    u"aaaaaaæceeeeiiiiðnooooo øuuuuyþßaaaaaaæceeeeiiiiðnooooo øuuuuyþyaaaaaaccccccccddđđeeeeeeeeeegggg"
    u"gggghhħħiiiiiiiiiıĳĳjjkkĸllllllŀŀłłnnnnnnŉŋŋooooooœœrrrrrrssssssssttttŧŧuuuuuuuuuuuuwwyyyzzzzzzs"
    u"ƀɓƃƃƅƅɔƈƈɖɗƌƌƍǝəɛƒƒɠɣƕɩɨƙƙƚƛɯɲƞɵooƣƣƥƥʀƨƨʃƪƫƭƭʈuuʊʋƴƴƶƶʒƹƹƺƻƽƽƾƿǀǁǂǃǆǆǆǉǉǉǌǌǌaaiioouuuuuuuuuuǝaa"
    u"aaææǥǥggkkooooʒʒjǳǳǳggƕƿnnaaææøøaaaaeeeeiiiioooorrrruuuussttȝȝhhƞȡȣȣȥȥaaeeooooooooyyȴȵȶȷȸȹⱥȼȼƚⱦȿ"
    u"ɀɂɂƀʉʌɇɇɉɉɋɋɍɍɏɏ";
constexpr std::u16string_view kGreek =
    u"ͱͱͳͳʹ ͷͷ  ͺͻͼͽ ϳ      α εηι ο υωιαβγδεζηθικλμνξοπρ στυφχψωιυαεηιυαβγδεζηθικλμνξοπρσστυφχψωιυουωϗ"
    u"βθϒϒϒφπϗϙϙϛϛϝϝϟϟϡϡϣϣϥϥϧϧϩϩϫϫϭϭϯϯκρϲϳθε ϸϸϲϻϻϼͻͼͽ";
constexpr std::u16string_view kCyrillic =
    u"ееђгєѕііјљњћкиуџабвгдежзийклмнопрстуфхцчшщъыьэюяабвгдежзийклмнопрстуфхцчшщъыьэюяееђгєѕііјљњћкиуџ"
    u"ѡѡѣѣѥѥѧѧѩѩѫѫѭѭѯѯѱѱѳѳѵѵѵѵѹѹѻѻѽѽѿѿҁҁ        ҋҋҍҍҏҏґґғғҕҕҗҗҙҙққҝҝҟҟҡҡңңҥҥҧҧҩҩҫҫҭҭүүұұҳҳҵҵҷҷҹҹһһҽҽҿҿ"
    u"ӏжжӄӄӆӆӈӈӊӊӌӌӎӎӏааааӕӕееәәәәжжззӡӡииииооөөөөээууууууччӷӷыыӻӻӽӽӿӿԁԁԃԃԅԅԇԇԉԉԋԋԍԍԏԏԑԑԓԓԕԕԗԗԙԙԛԛԝԝԟԟ"
    u"ԡԡԣԣԥԥԧԧԩԩԫԫԭԭԯԯ";
constexpr std::u16string_view kLatinMore =
    u"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr"
    u"ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyẚsẜẝßẟaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    u"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyỻỻỽỽỿỿ";
constexpr std::u16string_view kGreekMore =
    u"ααααααααααααααααεεεεεε  εεεεεε  ηηηηηηηηηηηηηηηηιιιιιιιιιιιιιιιιοοοοοο  οοοοοο  υυυυυυυυ υ υ υ υ"
    u"ωωωωωωωωωωωωωωωωααεεηηιιοουυωω  ααααααααααααααααηηηηηηηηηηηηηηηηωωωωωωωωωωωωωωωωααααα ααααααα ι "
    u"  ηηη ηηεεηηη   ιιιι  ιιιιιι    υυυυρρυυυυυυρ     ωωω ωωοοωωω   ";

struct Block {
  char32_t first;
  std::u16string_view letters;
};
constexpr std::array<Block, 5> kBlocks = {
    {{0xC0, kLatin}, {0x370, kGreek}, {0x400, kCyrillic}, {0x1E00, kLatinMore}, {0x1F00, kGreekMore}}};

constexpr std::array<Range, 7> kAccents = {{{0xAD, 0xAD},
                                            {0x300, 0x36F},
                                            {0x483, 0x489},
                                            {0x200C, 0x200D},
                                            {0xFE00, 0xFE0F},
                                            {0xFEFF, 0xFEFF},
                                            {0xE0000, 0x10FFFF}}};

// Scripts that write no spaces between words.
constexpr std::array<Range, 13> kAlone = {{{0xE01, 0xEDF},
                                           {0x1000, 0x109F},
                                           {0x1780, 0x17D3},
                                           {0x3005, 0x3007},
                                           {0x3031, 0x3035},
                                           {0x3041, 0x309F},
                                           {0x30A1, 0x30FA},
                                           {0x30FC, 0x318F},
                                           {0x31A0, 0x31FF},
                                           {0x3400, 0x9FFF},
                                           {0xAC00, 0xD7A3},
                                           {0xF900, 0xFAFF},
                                           {0x20000, 0x3FFFF}}};

// Punctuation and symbols outside of the blocks above.
constexpr std::array<Range, 36> kSeparators = {
    {{0x55A, 0x55F},   {0x589, 0x58F},   {0x5BE, 0x5BE},   {0x5C0, 0x5C0},   {0x5C3, 0x5C3},   {0x5F3, 0x5F4},
     {0x600, 0x60F},   {0x61B, 0x61F},   {0x66A, 0x66D},   {0x6D4, 0x6D4},   {0x700, 0x70D},   {0x964, 0x965},
     {0x10FB, 0x10FB}, {0x1361, 0x1368}, {0x17D4, 0x17DC}, {0x1800, 0x180A}, {0x2000, 0x206F}, {0x20A0, 0x20CF},
     {0x2100, 0x2BFF}, {0x2E00, 0x3004}, {0x3008, 0x3030}, {0x3036, 0x3040}, {0x30A0, 0x30A0}, {0x30FB, 0x30FB},
     {0x3190, 0x319F}, {0x3200, 0x33FF}, {0xA4FE, 0xA4FF}, {0xE000, 0xF8FF}, {0xFD3E, 0xFD3F}, {0xFE10, 0xFE6F},
     {0xFF00, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0x1D000, 0x1FFFF}}};

struct Character {
  char32_t point = kInvalid;
  std::size_t bytes = 1;
};

Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + bytes > text.size()) return {};
  char32_t point = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    point = point << 6 | (byte(i) & 0x3FU);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (surrogate || point > 0x10FFFF || (bytes == 3 && point < 0x800) || (bytes == 4 && point < 0x10000)) return {};
  return {point, bytes};
}

char32_t letter_of_ascii(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 0x20;
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : kNone;
}

/// What stands for it in a word, or kNone, or kIgnored.
char32_t letter_of(char32_t c) {
  if (c < 0x80) return letter_of_ascii(c);
  if (c == 0xAA || c == 0xBA) return c;
  if (c == 0xB5) return 0x3BC;
  if (is_in(kAccents, c)) return kIgnored;
  if (c < 0xC0 || c == kInvalid) return kNone;
  for (const Block& block : kBlocks) {
    if (c < block.first || c >= block.first + block.letters.size()) continue;
    const char16_t letter = block.letters[c - block.first];
    return letter == u' ' ? kNone : letter;
  }
  if (is_in(kSeparators, c)) return kNone;
  if (c >= 0x531 && c <= 0x556) return c + 0x30;  // Armenian
  const bool wide = (c >= 0xFF10 && c <= 0xFF19) || (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A);
  return wide ? letter_of_ascii(c - 0xFEE0) : c;
}

void append_utf8(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr std::array<unsigned, 4> kLeads = {0, 0xC0, 0xE0, 0xF0};
  text += static_cast<char>(kLeads[static_cast<std::size_t>(more)] | (c >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80U | ((c >> (6 * i)) & 0x3FU));
}

}  // namespace

bool WordReader::next() {
  word_.clear();
  last_ = 0;
  full_ = false;
  while (at_ < text_.size()) {
    const Character c = character_at(text_, at_);
    const char32_t letter = letter_of(c.point);
    const bool alone = c.point >= 0xE01 && c.point != kInvalid && is_in(kAlone, c.point);
    if (!word_.empty() && (letter == kNone || alone)) return true;
    if (word_.empty()) begin_ = at_;
    at_ += c.bytes;
    if (letter == kNone || (letter == kIgnored && word_.empty())) continue;
    end_ = at_;
    append(letter, c.point);
    if (alone) return true;
  }
  return !word_.empty();
}

void WordReader::append(char32_t letter, char32_t given) {
  constexpr char32_t kBreve = 0x306;
  constexpr char32_t kI = 0x438;
  constexpr char32_t kShortI = 0x439;
  if (given == kBreve && last_ == kI && !full_) {
    word_.resize(word_.size() - 2);
    append_utf8(word_, kShortI);
  }
  last_ = letter;
  if (letter == kIgnored) return;
  constexpr char32_t kSharpS = 0xDF;
  const std::size_t before = word_.size();
  if (letter == kSharpS) {
    word_ += full_ ? "" : "ss";
  } else if (!full_) {
    append_utf8(word_, letter);
  }
  if (word_.size() <= kMaxWordBytes) return;
  word_.resize(before);
  full_ = true;
}

}  // namespace platos::base
