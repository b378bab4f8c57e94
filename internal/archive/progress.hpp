// How far the archive has come, in one page of memory that is mapped to a file. A store to it
// costs no call, and survives the end of the process by any signal; after a loss of power it is
// as old as the kernel's last writeback, which boot_id() tells apart.
//
// Threads: one, but for set_shown(), which is for any one thread.
#pragma once

#include "core/clock.hpp"
#include "core/position.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace tickertape::archive {

// Of the running kernel: another one after each boot. Empty where it is not known.
std::string boot_id();

class progress {
public:
    struct state {
        position last;    // committed
        position synced;  // forced to the disk
        std::string boot;
        position shown{};  // shown to somebody, archived or not
    };

    // Maps the file, which is made if it is not there. Throws thrown_failure.
    explicit progress(const std::filesystem::path& path);
    ~progress();
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    // What the page said when it was mapped; nothing if it does not verify.
    const std::optional<state>& found() const noexcept { return found_; }

    void begin(const state& now) noexcept;
    void set(position last, position synced) noexcept;
    // Ticks up to there have been shown, whether they are archived or not.
    void set_shown(position up_to) noexcept;
    // Forces the page to the disk. Throws thrown_failure.
    void force();
    // Positions after that are of an era that has ended. Threads: any.
    void lower_shown(position epoch) noexcept;

private:
    struct page;

    page* page_;
    std::optional<state> found_;
};

}  // namespace tickertape::archive
