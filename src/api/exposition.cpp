#include "api/exposition.hpp"

namespace tributary {

void Exposition::family(const char* name, const char* type, const char* help) {
    name_ = name;
    // Enough for bytes and for Unix time to a tenth of a second.
    out_.precision(15);
    out_ << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
}

void Exposition::histogram(const std::string& labels, const Histogram& histogram) {
    const std::string before = labels.empty() ? "" : labels + ",";
    const std::string braced = labels.empty() ? "" : "{" + labels + "}";
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
        total += histogram.counts()[i];
        out_ << name_ << "_bucket{" << before << "le=\"";
        if (i < histogram.bounds().size()) {
            out_ << histogram.bounds()[i];
        } else {
            out_ << "+Inf";
        }
        out_ << "\"} " << total << '\n';
    }
    out_ << name_ << "_sum" << braced << ' ' << histogram.sum() << '\n';
    out_ << name_ << "_count" << braced << ' ' << total << '\n';
}

std::string label(const char* key, std::string_view value) {
    std::string text = std::string(key) + "=\"";
    for (const char c : value) {
        if (c == '\\' || c == '"') text += '\\';
        if (c == '\n') {
            text += "\\n";
        } else {
            text += c;
        }
    }
    return text + '"';
}

}  // namespace tributary
