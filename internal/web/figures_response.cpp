#include "web/figures_response.hpp"

#include "web/site.hpp"

#include <utility>

namespace tickertape::web {

http::response figures_response(std::string body)
{
    auto r = json_response(std::move(body));
    for (auto& [name, value] : r.headers)
        if (name == "Cache-Control")
            value = "no-cache";
    return r;
}

}  // namespace tickertape::web
