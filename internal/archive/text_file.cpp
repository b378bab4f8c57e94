#include "archive/text_file.hpp"

#include "archive/candle_row.hpp"
#include "archive/files.hpp"

#include <cstdint>

namespace tickertape::archive {

database& text_file::opened()
{
    if (file_)
        return *file_;
    file_.emplace(path_, database::access::create);
    try {
        if (file_->schema_version(schema) == 0) {
            transaction whole{*file_};
            file_->run("CREATE TABLE texts(name TEXT PRIMARY KEY, text TEXT NOT NULL, "
                       "\"check\" INTEGER NOT NULL)");
            file_->set_schema_version(schema);
            whole.commit();
        }
    } catch (...) {
        file_.reset();
        throw;
    }
    return *file_;
}

template <class F>
auto text_file::careful(F&& run) -> result<decltype(run())>
{
    auto done = guarded(run);
    if (done || done.error().code != archive_errc::damaged)
        return done;
    return guarded([&] {
        file_.reset();
        quarantine(path_);
        return run();
    });
}

result<std::map<std::string, std::string>> text_file::read_all()
{
    return careful([this] {
        std::map<std::string, std::string> all;
        auto rows = opened().prepare("SELECT name, text, \"check\" FROM texts");
        while (rows.step()) {
            std::string text{rows.text(1)};
            if (crc_of(text) == static_cast<std::uint32_t>(rows.integer(2)))
                all.emplace(rows.text(0), std::move(text));
        }
        return all;
    });
}

result<void> text_file::write(std::string_view name, std::string_view text)
{
    return careful([&] {
        auto& file = opened();
        auto put = file.prepare("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)");
        put.bind(1, name);
        put.bind(2, text);
        put.bind(3, static_cast<std::int64_t>(crc_of(text)));
        put.run();
        file.checkpoint_if_long();
    });
}

}  // namespace tickertape::archive
