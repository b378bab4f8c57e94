# Writes the files of static/ as one C++ source.
#   cmake -D SOURCE=.../static -D OUTPUT=....cpp -D FILES="a;b" -P embed.cmake
set(out "#include \"web/static_files.hpp\"\n\n#include <array>\n\nnamespace tickertape {\nnamespace {\n\n")
set(rows "")
set(count 0)
foreach(name IN LISTS FILES)
    file(READ ${SOURCE}/${name} hex HEX)
    file(SHA256 ${SOURCE}/${name} digest)
    file(SIZE ${SOURCE}/${name} bytes)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${hex}")
    # A literal in pieces: compilers limit the length of one.
    string(REGEX REPLACE "((\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?)" "    \"\\1\"\n" text "${text}")
    string(APPEND out "constexpr char file_${count}[] =\n${text}    \"\";\n\n")
    string(APPEND rows "    embedded_file {\"${name}\", {file_${count}, ${bytes}}, \"${digest}\"},\n")
    math(EXPR count "${count} + 1")
endforeach()
string(APPEND out "const std::array<embedded_file, ${count}> files {\n${rows}};\n\n}  // namespace\n\n")
string(APPEND out "std::span<const embedded_file> embedded_files() noexcept { return files; }\n\n}  // namespace tickertape\n")
file(WRITE ${OUTPUT} "${out}")
