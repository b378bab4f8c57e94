// A provider as a test wants it: answers, hangs, drips or lies on loopback, with or without TLS.
//
// Threads: the io_context of the test, which is single-threaded.
#pragma once

#include "support/tls_authority.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::testing {

// What follows the last byte of an answer.
enum class afterwards { keep_open, close, hang };

struct reply {
    std::string bytes;
    afterwards then = afterwards::keep_open;
    bool is_dripping = false;  // a byte every 10 ms
};

// A whole answer with its length.
reply json_reply(const std::string& body, int status = 200);

class fake_http_server {
public:
    // `request`: head and body, as they came.
    using answer_function = std::function<reply(const std::string& request)>;

    // Without an identity it speaks plain HTTP. Listens on 127.0.0.1.
    fake_http_server(
        boost::asio::io_context& io, std::optional<tls_identity> identity, answer_function answer);
    ~fake_http_server();
    fake_http_server(const fake_http_server&) = delete;
    fake_http_server& operator=(const fake_http_server&) = delete;

    std::string port() const;
    // From now on connections are accepted and nothing is said on them.
    void hang_before_handshake();
    // Closes every connection there is; new ones are welcome.
    void drop_connections();
    // Stops listening and closes everything, so that the io_context runs out of work.
    void stop();

    std::size_t connections() const;
    const std::vector<std::string>& requests() const;

private:
    struct impl;

    std::shared_ptr<impl> impl_;
};

}  // namespace tickertape::testing
