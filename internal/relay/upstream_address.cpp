#include "relay/upstream_address.hpp"

#include "relay/errors.hpp"

namespace tickertape::relay {

result<net::base_url> parse_upstream(std::string_view text)
{
    auto base = net::parse_base_url(text);
    if (!base)
        return base.error();
    if (!base->prefix.ends_with(stream_path))
        return relay_errc::address_path;
    base->prefix.resize(base->prefix.size() - stream_path.size());
    return base;
}

}  // namespace tickertape::relay
