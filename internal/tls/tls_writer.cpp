#include "tls/tls_writer.hpp"

#include <openssl/err.h>

namespace tickertape::tls {
namespace {

// Takes up to `count` bytes off the front.
std::string_view take(std::string_view& from, std::size_t count) noexcept
{
    const auto taken = from.substr(0, count);
    from.remove_prefix(taken.size());
    return taken;
}

}  // namespace

// Encrypts one record, which the wire then has. Returns false where there can be no more.
bool tls_writer::seal(std::string_view bytes) noexcept
{
    if (bytes.empty())
        return true;
    ::ERR_clear_error();
    if (++records_ == records_max) {
        records_ = 0;
        if (::SSL_version(ssl_.get()) != TLS1_3_VERSION ||
            ::SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) != 1)
            return false;
    }
    std::size_t taken = 0;
    // The wire never says that it has no room.
    const bool fine = ::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &taken) == 1;
    ::ERR_clear_error();
    return fine && taken == bytes.size();
}

tls_writer::sent tls_writer::send(std::string_view first, std::string_view second) noexcept
{
    sent s{};
    for (;;) {
        const auto went = wire_->flush();
        s.is_gone = went == tls_wire::flushed::gone;
        s.is_full = went == tls_wire::flushed::some;
        if (s.is_gone || s.is_full || (first.empty() && second.empty()))
            return s;
        const auto one = take(first, record_bytes);
        const auto other = take(second, record_bytes - one.size());
        if (!seal(one) || !seal(other)) {
            s.is_gone = true;
            return s;
        }
        s.bytes += one.size() + other.size();
    }
}

void tls_writer::finish() noexcept
{
    if (wire_->holds_back())
        return;
    ::SSL_shutdown(ssl_.get());
    ::ERR_clear_error();
    wire_->flush();
}

}  // namespace tickertape::tls
