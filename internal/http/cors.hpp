// CORS: which other sites' pages may read the answers, and send which requests.
//
// Threads: immutable after construction, so any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickertape::http {

class cors_policy {
public:
    // "*" alone: every site. None: no other site. Otherwise these origins, exactly.
    explicit cors_policy(std::vector<std::string> origins);

    using headers = std::vector<std::pair<std::string_view, std::string>>;

    // What the route of a preflight (OPTIONS) request answers.
    struct preflight {
        std::string_view methods;  // as Allow lists them
        bool reads_body = false;
    };

    // Adds what an answer to a request of that origin says; `asked`: if that is a preflight.
    void add_headers(
        headers& to, std::string_view origin, const std::optional<preflight>& asked = {}) const;

private:
    std::vector<std::string> origins_;
    bool any_;
};

}  // namespace tickertape::http
