#include "tls/tls_session.hpp"

#include <new>
#include <openssl/err.h>

namespace tickertape::tls {
namespace {

tls_failure failure_of(unsigned long error, bool input_ended)
{
    if (error == 0)
        return input_ended ? tls_failure::closed : tls_failure::other;
    const auto reason = ERR_GET_REASON(error);
    if (ERR_GET_LIB(error) != ERR_LIB_SSL)
        return tls_failure::other;
    switch (reason) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
        return tls_failure::closed;
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
        return tls_failure::http;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_LENGTH_MISMATCH:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
        return tls_failure::not_tls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
        return tls_failure::version;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
        return tls_failure::cipher;
    case SSL_R_NO_APPLICATION_PROTOCOL:
        return tls_failure::protocol;
    default:
        // What a peer's alert says is counted from here on.
        return reason >= SSL_AD_REASON_OFFSET ? tls_failure::refused : tls_failure::other;
    }
}

}  // namespace

std::string_view name_of(tls_failure why) noexcept
{
    switch (why) {
    case tls_failure::closed:
        return "closed";
    case tls_failure::not_tls:
        return "not_tls";
    case tls_failure::http:
        return "http";
    case tls_failure::version:
        return "version";
    case tls_failure::cipher:
        return "cipher";
    case tls_failure::protocol:
        return "protocol";
    case tls_failure::refused:
        return "refused";
    case tls_failure::slow:
        return "slow";
    case tls_failure::other:
        break;
    }
    return "other";
}

tls_session::tls_session(const tls_context& of, int descriptor)
    : wire_{std::make_unique<tls_wire>(descriptor)}, ssl_{::SSL_new(of.native())}
{
    if (!ssl_) {
        ::ERR_clear_error();
        throw std::bad_alloc{};
    }
    wire_->serve(ssl_.get());
    ::SSL_set_accept_state(ssl_.get());
}

void tls_session::note_failure(int outcome)
{
    const auto error = ::ERR_peek_last_error();
    failure_ = failure_of(error, wire_->has_input_ended() || outcome == SSL_ERROR_ZERO_RETURN);
    const char* const words = error == 0 ? nullptr : ::ERR_reason_error_string(error);
    cause_ = words != nullptr ? words : std::string{name_of(failure_)};
    ::ERR_clear_error();
}

tls_session::progress tls_session::handshake()
{
    ::ERR_clear_error();
    wire_->allow_reading();
    const int result = ::SSL_do_handshake(ssl_.get());
    if (result == 1)
        return progress::done;
    const int outcome = ::SSL_get_error(ssl_.get(), result);
    if (outcome == SSL_ERROR_WANT_READ)
        return progress::wants_input;
    note_failure(outcome);
    return progress::failed;
}

bool tls_session::is_resumed() const noexcept
{
    return ::SSL_session_reused(ssl_.get()) == 1;
}

tls_session::received tls_session::read(std::span<char> into)
{
    ::ERR_clear_error();
    wire_->allow_reading();
    std::size_t bytes = 0;
    const int result = ::SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
    if (result == 1)
        return {progress::done, bytes};
    const int outcome = ::SSL_get_error(ssl_.get(), result);
    if (outcome == SSL_ERROR_WANT_READ)
        return {progress::wants_input, 0};
    const bool is_over = outcome == SSL_ERROR_ZERO_RETURN || wire_->has_input_ended();
    ::ERR_clear_error();
    return {is_over ? progress::ended : progress::failed, 0};
}

bool tls_session::write(std::string_view bytes)
{
    if (bytes.empty())
        return true;
    ::ERR_clear_error();
    std::size_t taken = 0;
    // Nothing below ever says that it has no room.
    const bool fine = ::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &taken) == 1;
    ::ERR_clear_error();
    return fine && taken == bytes.size();
}

void tls_session::say_goodbye()
{
    if (::SSL_is_init_finished(ssl_.get()) != 1)
        return;
    ::SSL_shutdown(ssl_.get());
    ::ERR_clear_error();
}

bool tls_session::has_input() const noexcept
{
    // Half a message of a handshake is nothing anybody could read.
    return ::SSL_is_init_finished(ssl_.get()) == 1 && ::SSL_has_pending(ssl_.get()) == 1;
}

std::unique_ptr<tls_writer> tls_session::release()
{
    if (::SSL_is_init_finished(ssl_.get()) != 1)
        return nullptr;
    return std::make_unique<tls_writer>(std::move(wire_), std::move(ssl_));
}

}  // namespace tickertape::tls
