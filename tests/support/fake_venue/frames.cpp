#include "support/fake_venue/frames.hpp"

#include <openssl/evp.h>

#include <array>
#include <utility>

namespace fake_venue {
namespace {

constexpr std::string_view magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t payload_bytes_max = 1024 * 1024;
constexpr unsigned final_bit = 0x80;
constexpr unsigned mask_bit = 0x80;

char byte(std::uint64_t value)
{
    return static_cast<char>(static_cast<unsigned char>(value));
}

std::uint8_t at(std::string_view bytes, std::size_t place)
{
    return static_cast<std::uint8_t>(bytes[place]);
}

}  // namespace

std::string accept_key(std::string_view key)
{
    const auto text = std::string{key}.append(magic);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::array<unsigned char, 64> base64{};
    const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
    return {base64.begin(), base64.begin() + length};
}

void append_frame_header(std::string& out, opcode kind, std::size_t size, bool is_final)
{
    out += byte(static_cast<unsigned>(kind) | (is_final ? final_bit : 0));
    if (size < 126) {
        out += byte(size);
    } else if (size < 65'536) {
        out += byte(126);
        out += byte(size >> 8U);
        out += byte(size);
    } else {
        out += byte(127);
        for (unsigned shift = 64; shift > 0; shift -= 8)
            out += byte(static_cast<std::uint64_t>(size) >> (shift - 8));
    }
}

void append_frame(std::string& out, opcode kind, std::string_view payload, bool is_final)
{
    append_frame_header(out, kind, payload.size(), is_final);
    out += payload;
}

void append_close(std::string& out, int code, std::string_view reason)
{
    std::string payload{byte(static_cast<unsigned>(code) >> 8U), byte(static_cast<unsigned>(code))};
    payload += reason;
    append_frame(out, opcode::close, payload);
}

int close_code_of(std::string_view payload)
{
    return payload.size() < 2 ? 1005 : at(payload, 0) << 8U | at(payload, 1);
}

std::optional<frame_reader::frame> frame_reader::next_frame()
{
    if (bytes_.size() < 2)
        return std::nullopt;
    std::size_t size = at(bytes_, 1) & 0x7fU;
    std::size_t header = 2;
    const std::size_t extended = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (bytes_.size() < header + extended + 4)
        return std::nullopt;
    if (extended > 0) {
        size = 0;
        for (; header < 2 + extended; ++header)
            size = size << 8U | at(bytes_, header);
    }
    if ((at(bytes_, 1) & mask_bit) == 0 || size > payload_bytes_max) {
        is_broken_ = true;
        return std::nullopt;
    }
    if (bytes_.size() < header + 4 + size)
        return std::nullopt;
    const auto mask = bytes_.substr(header, 4);
    frame read{
        static_cast<opcode>(at(bytes_, 0) & 0x0fU), (at(bytes_, 0) & final_bit) != 0,
        bytes_.substr(header + 4, size)};
    for (std::size_t i = 0; i < size; ++i)
        read.payload[i] = byte(at(read.payload, i) ^ at(mask, i % 4));
    bytes_.erase(0, header + 4 + size);
    return read;
}

std::optional<client_message> frame_reader::next()
{
    for (;;) {
        auto read = next_frame();
        if (!read)
            return std::nullopt;
        if (read->kind != opcode::text && read->kind != opcode::continuation)
            return client_message{read->kind, std::move(read->payload)};
        whole_ += read->payload;
        if (read->is_final)
            return client_message{opcode::text, std::exchange(whole_, {})};
    }
}

}  // namespace fake_venue
