#include "transfer/csv.hpp"

namespace tickertape::transfer {

std::optional<std::vector<std::string>> parse_csv_line(std::string_view line)
{
    std::vector<std::string> fields(1);
    std::size_t i = 0;
    for (;;) {
        auto& field = fields.back();
        if (i < line.size() && line[i] == '"') {
            for (++i;; ++i) {
                if (i == line.size())
                    return std::nullopt;
                if (line[i] == '"') {
                    if (i + 1 == line.size() || line[i + 1] != '"')
                        break;
                    ++i;
                }
                field += line[i];
            }
            ++i;
            if (i < line.size() && line[i] != ',')
                return std::nullopt;
        } else {
            for (; i < line.size() && line[i] != ','; ++i) {
                if (line[i] == '"')
                    return std::nullopt;
                field += line[i];
            }
        }
        if (i == line.size())
            return fields;
        ++i;  // the comma
        if (fields.size() == csv_fields_max)
            return std::nullopt;
        fields.emplace_back();
    }
}

void append_csv_field(std::string& to, std::string_view field)
{
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
        to += field;
        return;
    }
    to += '"';
    for (const char c : field) {
        if (c == '"')
            to += c;
        to += c;
    }
    to += '"';
}

}  // namespace tickertape::transfer
