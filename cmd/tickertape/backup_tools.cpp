// `tickertape archive backup`, `restore` and `compact`.
#include "archive/backup.hpp"
#include "archive/store.hpp"
#include "archive/survey.hpp"
#include "tools.hpp"

#include <cstdio>

namespace tickertape {
namespace {

namespace fs = std::filesystem;

int fail_with(const archive::failure& why)
{
    complain(why.text);
    return exit_found_wrong;
}

}  // namespace

int archive_backup(const tool_context& c)
{
    const auto place = c.call.get("to", c.settings.archive.backup_directory);
    if (place.empty()) {
        complain("archive backup: BACKUP_DIR is not set; give --to DIR, or set it");
        return exit_refused;
    }
    const auto made = archive::make_backup(c.archive, c.kind, place, c.time.wall_now());
    if (!made)
        return fail_with(made.error());
    std::printf("%s\n", made->made.path.c_str());
    std::fprintf(
        stderr, "%llu files, %llu ticks, %llu bytes, %llu of them copied, the rest linked\n",
        static_cast<unsigned long long>(made->files), static_cast<unsigned long long>(made->ticks),
        static_cast<unsigned long long>(made->bytes),
        static_cast<unsigned long long>(made->copied_bytes));
    return 0;
}

int archive_restore(const tool_context& c)
{
    const fs::path to = c.call.get("to", c.archive.string());
    const auto taken = archive::restore_backup(c.call.operands.front(), c.kind, to);
    if (!taken)
        return fail_with(taken.error());
    std::printf("%s restored to %s\n", taken->c_str(), to.c_str());
    return 0;
}

int archive_compact(const tool_context& c)
{
    const auto found = archive::look_at(c.archive, c.kind);
    if (!found)
        return fail_with(found.error());
    if (found->is_in_use) {
        complain(
            c.archive.string() +
            ": a running server uses the archive, and seals its days by itself; stop it to do "
            "that now");
        return exit_found_wrong;
    }
    // Rows are copied as they are: names of symbols matter only where ticks are added or read.
    const auto symbols = symbol_table::from(
        found->symbols.empty() ? std::vector<std::string>{"BTC-USD"} : found->symbols);
    if (!symbols)
        return fail_with({archive::archive_errc::out_of_range, symbols.error().message()});
    const auto now = c.time.wall_now();
    const auto store = archive::store::open(c.archive, c.kind, {now, *symbols, {}});
    if (!store)
        return fail_with(store.error());
    for (const auto& remark : (*store)->found().remarks)
        complain(remark);
    const auto sealed = (*store)->seal_finished_days(now);
    if (!sealed)
        return fail_with(sealed.error());
    if (const auto ended = (*store)->end_cleanly(now); !ended)
        return fail_with(ended.error());
    const auto after = archive::look_at(c.archive, c.kind);
    std::printf(
        "%zu days sealed, %llu bytes before, %llu now\n", *sealed,
        static_cast<unsigned long long>(found->bytes),
        static_cast<unsigned long long>(after ? after->bytes : 0));
    return 0;
}

}  // namespace tickertape
