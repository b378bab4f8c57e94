#include "healthcheck.hpp"

#include "asio/no_throw.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <charconv>
#include <vector>

namespace tickertape {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Answers of both routes have some hundred bytes.
constexpr std::size_t answer_bytes_max = 64 << 10;

// Where a server that listens there can be reached from this machine, the likeliest first. "::"
// takes connections over IPv4 as well, and a container often has no other loopback.
std::vector<tcp::endpoint> endpoints_of(const config::settings& of)
{
    const auto address = asio::ip::make_address(of.listen_address);
    if (!address.is_unspecified())
        return {{address, of.port}};
    std::vector<tcp::endpoint> own{{asio::ip::address_v4::loopback(), of.port}};
    if (address.is_v6())
        own.emplace_back(asio::ip::address_v6::loopback(), of.port);
    return own;
}

std::string text_of(const tcp::endpoint& at)
{
    const auto address = at.address().to_string();
    return (at.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(at.port());
}

// What one question came to.
struct outcome {
    tcp::endpoint asked{};
    std::string problem = "no answer";  // empty: there was an answer
    std::string answer{};               // head and body
};

// Sends the request and reads until the server closes.
template <class Stream>
asio::awaitable<void> exchange(Stream& with, const std::string& request, outcome& found)
{
    if (auto [failed, bytes] = co_await asio::async_write(with, asio::buffer(request), no_throw);
        failed) {
        found.problem = failed.message();
        co_return;
    }
    std::array<char, 4096> some{};
    while (found.answer.size() < answer_bytes_max) {
        auto [failed, bytes] = co_await with.async_read_some(asio::buffer(some), no_throw);
        found.answer.append(some.data(), bytes);
        if (!failed)
            continue;
        // A server in a hurry may end without the goodbye of TLS.
        const bool ended =
            failed == asio::error::eof || failed == asio::ssl::error::stream_truncated;
        found.problem = !ended                 ? failed.message()
                        : found.answer.empty() ? "closed the connection without an answer"
                                               : "";
        co_return;
    }
    found.problem.clear();
}

// All outlive it.
asio::awaitable<void>
ask(const std::vector<tcp::endpoint>& where, bool encrypted, const std::string& request,
    outcome& found)
{
    tcp::socket socket{co_await asio::this_coro::executor};
    for (const auto& at : where) {
        found.asked = at;
        error_code ignored;
        socket.close(ignored);
        const auto [failed] = co_await socket.async_connect(at, no_throw);
        found.problem = failed ? failed.message() : "no answer";
        if (!failed)
            break;
    }
    if (!socket.is_open() || found.problem != "no answer")
        co_return;
    if (!encrypted) {
        co_await exchange(socket, request, found);
        co_return;
    }
    asio::ssl::context trust{asio::ssl::context::tls_client};
    trust.set_verify_mode(asio::ssl::verify_none);
    asio::ssl::stream<tcp::socket> secured{std::move(socket), trust};
    const auto [failed] =
        co_await secured.async_handshake(asio::ssl::stream_base::client, no_throw);
    if (failed)
        found.problem = "no TLS: " + failed.message();
    else
        co_await exchange(secured, request, found);
}

// 0: that is no answer.
unsigned status_of(std::string_view answer)
{
    constexpr std::string_view begin = "HTTP/1.1 ";
    unsigned status = 0;
    if (answer.starts_with(begin))
        std::from_chars(answer.data() + begin.size(), answer.data() + answer.size(), status);
    return status;
}

// What a refusal says in words; empty where it has none.
std::string detail_of(std::string_view answer)
{
    const auto body = answer.find("\r\n\r\n");
    if (body == std::string_view::npos)
        return {};
    error_code failed;
    const auto text = answer.substr(body);
    const auto value = boost::json::parse({text.data(), text.size()}, failed);
    const auto* members = failed ? nullptr : value.if_object();
    const auto* detail = members != nullptr ? members->if_contains("detail") : nullptr;
    return detail != nullptr && detail->is_string() ? ": " + std::string{detail->get_string()} : "";
}

}  // namespace

std::optional<std::string> why_unhealthy(
    const config::settings& of, config::health_question asked, std::chrono::milliseconds patience)
{
    const bool encrypted = of.tls_certificate.has_value();
    const std::string path = asked == config::health_question::ready ? "/readyz" : "/healthz";
    const auto where = endpoints_of(of);
    const auto request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    outcome found;
    bool done = false;
    asio::io_context context{1};
    asio::co_spawn(
        context, ask(where, encrypted, request, found), [&done](const std::exception_ptr& escaped) {
            if (escaped)
                std::rethrow_exception(escaped);
            done = true;
        });
    context.run_for(patience);

    const auto url = (encrypted ? "https://" : "http://") + text_of(found.asked) + path;
    if (!done)
        return url + ": no answer within " + std::to_string(patience.count()) + " ms";
    if (!found.problem.empty())
        return url + ": " + found.problem;
    const auto status = status_of(found.answer);
    if (status == 200)
        return std::nullopt;
    if (status == 0)
        return url + ": the answer is not HTTP";
    return url + " answers " + std::to_string(status) + detail_of(found.answer);
}

}  // namespace tickertape
