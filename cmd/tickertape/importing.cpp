#include "importing.hpp"

#include "archive/survey.hpp"
#include "core/symbol.hpp"
#include "core/text.hpp"
#include "progress_bar.hpp"
#include "transfer/format.hpp"

#include <cerrno>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tickertape {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t read_at_once = 256 * 1024;
// The first two lines of a longer text are not looked at.
constexpr std::size_t looked_at_max = 16 * 1024;

constexpr std::string_view whose_formats = "coinbase, binance or kraken";

// Empty where it is no file that can be looked at first.
std::string begin_of(const std::string& file)
{
    std::error_code none;
    if (!fs::is_regular_file(file, none))
        return {};
    std::ifstream in{file, std::ios::binary};
    std::string begin(looked_at_max, '\0');
    in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    begin.resize(static_cast<std::size_t>(in.gcount()));
    return begin;
}

transfer::candle_guess guess_of(const std::string& file)
{
    const auto begin = begin_of(file);
    const auto first = begin.find('\n');
    if (first == std::string::npos)
        return transfer::guess_candles(trimmed(begin), {});
    const auto rest = std::string_view{begin}.substr(first + 1);
    return transfer::guess_candles(
        trimmed(std::string_view{begin}.substr(0, first)),
        trimmed(rest.substr(0, rest.find('\n'))));
}

// The length of the candles, where the files are those of our own export; none: they are not.
std::optional<series::interval> exported_candles(const tool_context& c)
{
    std::optional<series::interval> of;
    std::size_t count = 0;
    for (const auto& file : c.call.operands) {
        const auto text = transfer::candle_text_of(begin_of(file));
        if (!text)
            continue;
        ++count;
        if (!text->of)
            throw bad_flag{file + ": has no candle"};
        if (of && *of != *text->of)
            throw bad_flag{file + ": its candles are not as long as those of the other files"};
        of = text->of;
    }
    if (count == 0)
        return std::nullopt;
    if (count != c.call.operands.size())
        throw bad_flag{
            "some of the files are exported candles, others are not; import them one by one"};
    for (const auto* flag : {"interval", "symbol"})
        if (c.call.has(flag))
            throw bad_flag{
                "--" + std::string{flag} + ": exported candles say it themselves; leave it out"};
    if (const auto named = c.call.get("format"); !named.empty() && !transfer::parse_format(named))
        throw bad_flag{"--format: these are exported candles; leave it out"};
    return of;
}

// The one of the call, or the one that the files say.
template <class T>
void take(std::optional<T>& known, const std::optional<T>& said, const std::string& file)
{
    if (known && said && *known != *said)
        throw bad_flag{file + ": its candles are not those of the other files, or of the flags"};
    if (!known)
        known = said;
}

}  // namespace

void bad_lines::add(const std::string& file, std::uint64_t line, const std::string& why)
{
    if (++count_ <= named_max)
        complain(file + " line " + std::to_string(line) + ": " + why);
}

void read_import(
    const std::string& file, const clock& time, const std::function<void(std::string_view)>& take)
{
    const int from = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const auto fail = [&file] {
        throw std::runtime_error{file + ": " + std::system_category().message(errno)};
    };
    if (from < 0)
        fail();
    struct closer {
        int number;
        ~closer()
        {
            if (number != STDIN_FILENO)
                ::close(number);
        }
    } const at_end{from};
    struct stat known {};
    const auto all = ::fstat(from, &known) == 0 && S_ISREG(known.st_mode)
                         ? static_cast<std::uint64_t>(known.st_size)
                         : std::uint64_t{0};
    progress_bar bar{"reading " + file, time};
    std::vector<char> bytes(read_at_once);
    std::uint64_t done = 0;
    for (;;) {
        const auto n = ::read(from, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail();
        if (n == 0)
            return;
        take({bytes.data(), static_cast<std::size_t>(n)});
        done += static_cast<std::uint64_t>(n);
        bar.show(done, all, "bytes");
    }
}

std::string not_synced(const std::string& why)
{
    return why + "; all candles were imported, but the disk has not confirmed that it has them: "
                 "see to the disk, then import them again";
}

std::string symbol_of_call(const command_call& call)
{
    const auto said = call.get("symbol");
    const auto symbol = normalized_symbol(said);
    if (!said.empty() && !symbol)
        throw bad_flag{"--symbol: '" + clean_words(said) + "' is none; accepted: BTC-USD"};
    return said.empty() ? said : *symbol;
}

void check_is_free(const tool_context& c)
{
    if (const auto held = archive::look_at(c.archive, c.kind); held && held->is_in_use)
        throw std::runtime_error{
            c.archive.string() + ": a running server uses the archive; stop it to import"};
}

transfer::format exported_format(const std::string& file)
{
    const auto text = transfer::candle_text_of(begin_of(file));
    return text ? text->how : transfer::format::csv;
}

std::optional<candle_files> candles_of_call(const tool_context& c)
{
    if (const auto of = exported_candles(c))
        return candle_files{std::nullopt, *of};
    const auto named = c.call.get("format");
    auto whose = transfer::parse_candle_format(named);
    const bool is_asked = whose || c.call.has("interval");
    if (!named.empty() && !whose) {
        if (c.call.has("interval") || c.call.has("replace"))
            throw bad_flag{
                "--interval and --replace are for candles; accepted: --format " +
                std::string{whose_formats}};
        return std::nullopt;
    }
    std::optional<series::interval> of;
    if (c.call.has("interval")) {
        const auto read = series::parse_interval(c.call.get("interval"));
        if (!read)
            throw bad_flag{"--interval: " + read.error().message()};
        of = *read;
    }
    bool are_candles = is_asked;
    bool are_ticks = false;
    for (const auto& file : c.call.operands) {
        const auto guess = guess_of(file);
        are_candles = are_candles || guess.is_candles;
        are_ticks = are_ticks || !guess.is_candles;
        take(whose, guess.whose, file);
        take(of, guess.of, file);
    }
    if (!are_candles) {
        if (c.call.has("replace"))
            throw bad_flag{"--replace is for candles, and these are ticks"};
        return std::nullopt;
    }
    const auto& first = c.call.operands.front();
    if (are_ticks && !is_asked)
        throw bad_flag{"some of the files have candles, others do not; import them one by one"};
    if (!whose)
        throw bad_flag{
            first + ": it is not certain whose candles these are; give --format " +
            std::string{whose_formats}};
    if (!of)
        throw bad_flag{
            first + ": it does not say how long its candles are; give --interval 1m, 5m, 15m, "
                    "30m, 1h, 4h, 6h, 1d or 1w"};
    return candle_files{*whose, *of};
}

}  // namespace tickertape
