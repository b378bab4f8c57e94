// Keeps texts on a thread of its own, so that nobody waits for a disk: of each name the newest.
// Where it fails it tries again.
//
// Threads: keep(), figures and stop() on any; the store is used on the keeper's own.
#pragma once

#include "archive/text_store.hpp"
#include "core/tally.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace tickertape::archive {

// A longer text is not kept.
inline constexpr std::size_t kept_text_bytes_max = 16 * 1024 * 1024;

class text_keeper {
public:
    // `say`: told on the keeper's thread why it fails, and an empty text once it does not.
    text_keeper(
        std::unique_ptr<text_store> store, std::function<void(const std::string&)> say,
        std::chrono::milliseconds again = std::chrono::milliseconds{5'000});
    // Stops it.
    ~text_keeper();
    text_keeper(const text_keeper&) = delete;
    text_keeper& operator=(const text_keeper&) = delete;

    void start();
    // Never waits for the store. Returns false where the text is too long: it is not kept.
    bool keep(std::string_view name, std::string text);
    // Writes what is left, as far as the store takes it, and ends.
    void stop();

    const tally& written() const noexcept { return written_; }
    const tally& failures() const noexcept { return failures_; }

private:
    void run();

    const std::unique_ptr<text_store> store_;
    const std::function<void(const std::string&)> say_;
    const std::chrono::milliseconds again_;
    std::mutex mutex_;
    std::condition_variable rung_;
    std::map<std::string, std::string, std::less<>> waiting_;
    bool is_stopping_ = false;
    std::thread thread_;
    tally written_;
    tally failures_;
};

}  // namespace tickertape::archive
