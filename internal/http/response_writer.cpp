#include "http/response_writer.hpp"

#include <algorithm>
#include <array>

namespace tickertape::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;

asio::awaitable<response_writer::outcome>
response_writer::send(const response& r, const wire_options& options)
{
    const auto head = head_of(r, options);
    const auto body =
        options.head_only || r.status == 204 || r.status == 304 ? std::string_view{} : r.content();
    co_return co_await send(head, body);
}

asio::awaitable<response_writer::outcome>
response_writer::send(std::string_view head, std::string_view body)
{
    const auto began = time_.steady_now();
    do {
        const auto piece = body.substr(0, piece_bytes);
        body.remove_prefix(piece.size());
        const auto left =
            limits_.answer - std::chrono::floor<milliseconds>(time_.steady_now() - began);
        deadline_.arm(std::clamp(left, milliseconds{0}, limits_.piece));
        const auto failed = co_await to_.write(head, piece);
        deadline_.disarm();
        head = {};
        if (failed)
            co_return deadline_.passed() ? outcome::slow : outcome::gone;
    } while (!body.empty());
    co_return outcome::sent;
}

// Closing while the peer still sends would take the answer away from it (RFC 9112, section 9.6).
// (g++ 12 miscompiles this with a co_return inside the loop.)
asio::awaitable<bool> response_writer::end(milliseconds limit, std::size_t bytes_max)
{
    to_.shutdown_send();
    deadline_.arm(limit);
    std::array<char, 4096> dropped;
    auto left = bytes_max;
    bool is_there = true;
    while (is_there && left > 0) {
        auto [failed, bytes] = co_await to_.discard_some(asio::buffer(dropped));
        is_there = !failed;
        left -= std::min(left, bytes);
    }
    deadline_.disarm();
    co_return !is_there && !deadline_.passed();
}

}  // namespace tickertape::http
