#include "archive/progress.hpp"

#include "archive/files.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tickertape::archive {

// Two copies, written in turn: one that was cut short by the end of the process leaves the other.
struct progress::page {
    struct copy {
        std::uint64_t last;
        std::uint64_t synced;
        std::array<char, 40> boot;
        std::uint64_t turn;
        std::uint64_t check;
    };
    std::array<copy, 2> copies;
    // Apart from the copies, because another thread writes it, and three times: one that has
    // changed on the disk, or was not yet written when the process ended, is outvoted.
    std::array<std::uint64_t, 3> shown;

    std::uint64_t shown_by_most() const noexcept
    {
        auto sorted = shown;
        std::ranges::sort(sorted);
        return sorted[1];
    }

    static std::uint64_t check_of(const copy& c) noexcept
    {
        // Not 0 for a page of zeros.
        return ~std::uint64_t{::crc32(
            0, reinterpret_cast<const Bytef*>(&c), static_cast<uInt>(offsetof(copy, check)))};
    }
    const copy* newest() const noexcept
    {
        const copy* best = nullptr;
        for (const auto& c : copies)
            if (c.check == check_of(c) && (best == nullptr || c.turn > best->turn))
                best = &c;
        return best;
    }
    void put(copy next, std::uint64_t turn) noexcept
    {
        next.turn = turn;
        next.check = check_of(next);
        copies[turn % 2] = next;
    }
};

std::string boot_id()
{
    const descriptor file{::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)};
    std::array<char, 36> text{};
    if (file.number() < 0 || ::read(file.number(), text.data(), text.size()) != std::ssize(text))
        return {};
    return {text.begin(), text.end()};
}

progress::progress(const std::filesystem::path& path)
{
    const descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
    if (file.number() < 0)
        fail_errno(path.string(), "open");
    // Allocated now: a page without a place on the disk would be a signal later, not an error.
    if (const int error = ::posix_fallocate(file.number(), 0, sizeof(page)); error != 0) {
        errno = error;
        fail_errno(path.string(), "fallocate");
    }
    void* mapped =
        ::mmap(nullptr, sizeof(page), PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
    if (mapped == MAP_FAILED)
        fail_errno(path.string(), "mmap");
    page_ = static_cast<page*>(mapped);
    if (const auto* c = page_->newest())
        found_ = state{
            position::from_packed(c->last), position::from_packed(c->synced),
            std::string{c->boot.begin(), std::ranges::find(c->boot, '\0')},
            position::from_packed(page_->shown_by_most())};
}

progress::~progress()
{
    ::munmap(page_, sizeof(page));
}

void progress::begin(const state& now) noexcept
{
    page::copy first{now.last.packed(), now.synced.packed(), {}, 0, 0};
    std::ranges::copy_n(
        now.boot.begin(), static_cast<std::ptrdiff_t>(std::min(now.boot.size(), first.boot.size())),
        first.boot.begin());
    // Both copies: the one of the life before has a higher turn, or none.
    page_->put(first, 0);
    page_->put(first, 1);
    page_->put(first, 2);
    set_shown(now.shown);
}

void progress::set_shown(position up_to) noexcept
{
    // relaxed: words of their own, read by the next process.
    for (auto& word : page_->shown)
        std::atomic_ref{word}.store(up_to.packed(), std::memory_order_relaxed);
}

void progress::force()
{
    if (::msync(page_, sizeof(page), MS_SYNC) != 0)
        fail_errno("progress", "msync");
}

void progress::lower_shown(position epoch) noexcept
{
    // relaxed, as in set_shown().
    for (auto& word : page_->shown) {
        const std::atomic_ref shown{word};
        auto seen = shown.load(std::memory_order_relaxed);
        while (seen > epoch.packed() &&
               !shown.compare_exchange_weak(seen, epoch.packed(), std::memory_order_relaxed))
            ;
    }
}

void progress::set(position last, position synced) noexcept
{
    const auto* newest = page_->newest();
    page::copy next{};
    std::uint64_t turn = 0;
    if (newest != nullptr) {
        next = *newest;
        turn = newest->turn + 1;
    }
    next.last = last.packed();
    next.synced = synced.packed();
    page_->put(next, turn);
}

}  // namespace tickertape::archive
