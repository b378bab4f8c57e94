// Which other sites' pages may read the answers (CORS).
//
// Threads: immutable after construction, so any.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickertape {

class access_policy {
public:
    // "*" alone: every site. None: no other site. Otherwise these origins, exactly.
    explicit access_policy(std::vector<std::string> origins);

    using headers = std::vector<std::pair<std::string_view, std::string>>;

    // Adds what an answer to a request of that origin says; `preflight`: to an OPTIONS request.
    void add_headers(headers& to, std::string_view origin, bool preflight) const;

private:
    std::vector<std::string> origins_;
    bool any_;
};

}  // namespace tickertape
