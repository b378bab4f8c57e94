// What the store does with days that were made elsewhere.
#include "archive/store.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

// What is left of holes where ticks after `from` up to `to` are known now.
std::vector<hole> without(const std::vector<hole>& holes, position from, position to)
{
    std::vector<hole> left;
    for (const auto& h : holes) {
        if (h.to <= from || h.from >= to) {
            left.push_back(h);
            continue;
        }
        if (h.from < from)
            left.push_back({h.from, from, h.reason});
        if (to < h.to)
            left.push_back({to, h.to, h.reason});
    }
    return left;
}

}  // namespace

bool store::is_end_of_a_day(position p) const
{
    return std::ranges::any_of(
        catalogue_->now().days, [p](const auto& d) { return d.second.last == p; });
}

result<void> store::adopt(const fs::path& sealed_file)
{
    return guarded([&] {
        held_day added;
        {
            const sealed_day day{sealed_file};
            if (day.heading().kind != kind_)
                fail(archive_errc::other_kind, sealed_file.string() + ": of another kind of feed");
            const auto said = day.sealed();
            added = {
                day.heading().key, day_form::sealed,           day.heading().previous, said.last,
                said.ticks,        fs::file_size(sealed_file), sha256_of(sealed_file)};
        }
        const auto target = path_of(added);
        const auto text = text_of(added.key.day) + ": ";
        if (read_digest(sealed_file) != added.sha256)
            fail(archive_errc::damaged, sealed_file.string() + ": its SHA-256 differs");
        auto next = catalogue_->now();
        if (next.days.contains(added.key) || fs::exists(target))
            fail(archive_errc::out_of_order, text + "the archive has ticks of this day");
        std::vector<held_day> days;
        for (const auto& [key, day] : next.days)
            days.push_back(day);
        if (const auto why = why_not_between(days, added.previous.next(), added.last); !why.empty())
            fail(archive_errc::out_of_order, text + why);

        next.holes = without(next.holes, added.previous, added.last);
        const held_day* before = nullptr;
        const held_day* after = nullptr;
        for (const auto& [key, day] : next.days) {
            if (day.last <= added.previous && (before == nullptr || day.last > before->last))
                before = &day;
            if (day.previous >= added.last && (after == nullptr || day.previous < after->previous))
                after = &day;
        }
        // Nobody says that nothing happened beside what is imported: before all, between it and its
        // neighbours, and since then, up to this life. The next one lengthens that hole to itself.
        const auto from = before == nullptr ? position{} : before->last;
        if (from < added.previous)
            add_hole(next.holes, {from, added.previous, hole_reason::not_archived});
        const auto until =
            after == nullptr ? position::at(next.lives.back().start).previous() : after->previous;
        if (added.last < until)
            add_hole(next.holes, {added.last, until, hole_reason::not_archived});
        next.dropped_before = std::min(next.dropped_before, added.key.day);
        next.days[added.key] = added;
        const auto last = std::max(last_, added.last);
        // Recorded first: if the process ends here, the next start finds the day missing, and the
        // next import brings it again.
        change(std::move(next));
        rename_file(digest_path(sealed_file), digest_path(target));
        rename_file(sealed_file, target);
        sync_path(directory_);
        held_last_ = std::max(held_last_, added.last);
        if (last > last_) {
            last_ = synced_ = last;
            progress_.set(last_, synced_);
        }
        publish();
    });
}

}  // namespace tickertape::archive
