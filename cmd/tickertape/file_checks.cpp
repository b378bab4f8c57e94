#include "file_checks.hpp"

#include "core/symbol.hpp"
#include "net/tls_trust.hpp"
#include "synthetic/replay.hpp"
#include "tls/tls_context.hpp"
#include "web/static_files.hpp"

#include <algorithm>
#include <exception>

namespace tickertape {

std::optional<std::string> wrong_with_files(const config::settings& s)
{
    const auto& first = s.providers.front();
    const bool asks_providers =
        std::ranges::find(synthetic::feed_names, first) == synthetic::feed_names.end();
    try {
        if (s.static_dir)
            web::static_files{*s.static_dir};
        if (s.tls_certificate && s.tls_key)
            tls::tls_context{{*s.tls_certificate, *s.tls_key}};
        if (first == "replay")
            synthetic::check_replay(s.replay, *symbol_table::from(s.symbols));
        if (asks_providers)
            net::make_tls_context(s.live.ca_file);
    } catch (const std::exception& refused) {
        return refused.what();
    }
    return std::nullopt;
}

}  // namespace tickertape
