// texts.db: the texts of an archive in files. A text that does not verify is not there. A file that
// cannot be read is moved to damaged/, and another one begun.
//
// Threads: one at a time.
#pragma once

#include "archive/database.hpp"
#include "archive/text_store.hpp"

#include <filesystem>
#include <optional>

namespace tickertape::archive {

class text_file final : public text_store {
public:
    static constexpr std::int64_t schema = 1;

    // Opened when it is first asked.
    explicit text_file(std::filesystem::path path) : path_{std::move(path)} {}

    result<std::map<std::string, std::string>> read_all() override;
    result<void> write(std::string_view name, std::string_view text) override;

private:
    database& opened();
    // What it gives; with another file where the one that was there is damaged.
    template <class F>
    auto careful(F&& run) -> result<decltype(run())>;

    const std::filesystem::path path_;
    std::optional<database> file_;
};

}  // namespace tickertape::archive
