#include "postgres/text_table.hpp"

#include <utility>

namespace tickertape::postgres {

using archive::guarded;

text_table::text_table(connection::terms of, life_number life)
    : terms_{std::move(of)}, life_{std::move(life)}
{
}

connection& text_table::connected()
{
    if (!connection_ || connection_->is_broken()) {
        connection_.reset();
        connection_ = std::make_unique<connection>(terms_);
    }
    return *connection_;
}

archive::result<std::map<std::string, std::string>> text_table::read_all()
{
    return guarded([this] {
        std::map<std::string, std::string> all;
        const auto found = connected().ask("SELECT name, text FROM texts");
        for (std::size_t i = 0; i < found.size(); ++i)
            all.emplace(found.text(i, 0), found.text(i, 1));
        return all;
    });
}

archive::result<void> text_table::write(std::string_view name, std::string_view text)
{
    return guarded([&] {
        // relaxed: a word of its own; the statement looks at what the server says.
        const auto life = life_->load(std::memory_order_relaxed);
        if (life == 0)
            return;
        connected().ask(
            "INSERT INTO texts (name, text) SELECT $1, $2 "
            "WHERE (SELECT life FROM archive) = $3::bigint "
            "ON CONFLICT (name) DO UPDATE SET text = EXCLUDED.text, written = now()",
            {std::string{name}, std::string{text}, std::to_string(life)});
    });
}

}  // namespace tickertape::postgres
