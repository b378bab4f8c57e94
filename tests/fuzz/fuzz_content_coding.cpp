// Any bytes as Accept-Encoding: what is chosen is there, is wanted, and does not depend on case or
// on blanks around commas.
#include "core/text.hpp"
#include "http/content_coding.hpp"

#include <cstdint>
#include <cstdlib>

using namespace tickertape;
using namespace tickertape::http;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

bool is_there(content_coding c, offered_codings offered)
{
    switch (c) {
    case content_coding::identity:
        return true;
    case content_coding::gzip:
        return offered.gzip;
    case content_coding::brotli:
        break;
    }
    return offered.brotli;
}

std::string with_blanks(std::string_view text)
{
    std::string out{" "};
    for (const char c : text)
        out += c == ',' ? std::string{" \t,\t "} : std::string{c};
    return out + "\t";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    if (size == 0)
        return 0;
    const offered_codings offered{.gzip = (bytes[0] & 1) != 0, .brotli = (bytes[0] & 2) != 0};
    const std::string text{reinterpret_cast<const char*>(bytes) + 1, size - 1};
    const auto chosen = choose_coding(text, offered);
    require(is_there(chosen, offered));
    require(choose_coding(upper_case(text), offered) == chosen);
    require(choose_coding(with_blanks(text), offered) == chosen);
    const auto lowered = lower_case(text);
    if (chosen != content_coding::identity)
        require(
            lowered.find(name_of(chosen)) != std::string::npos ||
            text.find('*') != std::string::npos);
    // What is refused first is refused, whatever follows.
    require(choose_coding("gzip;q=0,br;q=0," + text, offered) == content_coding::identity);
    return 0;
}
