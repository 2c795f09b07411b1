# cmake -DINPUT=widget.js -DOUTPUT=widget_asset.cpp -P embed.cmake
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
       "\\1\n    " bytes "${bytes}")
file(WRITE ${OUTPUT} "// Generated from widget.js.
#include \"connectors/chat/widget_asset.hpp\"

namespace tributary::chat {
namespace {

constexpr unsigned char script[] = {
    ${bytes}
};

}  // namespace

std::string_view widget_script() {
    return {reinterpret_cast<const char*>(script), sizeof script};
}

}  // namespace tributary::chat
")
