// Prometheus' text exposition format 0.0.4, family by family.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include "base/histogram.hpp"

namespace tributary {

class Exposition {
 public:
    // Samples that follow belong to it.
    void family(const char* name, const char* type, const char* help);
    template <class Value>
    void sample(Value value) {
        out_ << name_ << ' ' << value << '\n';
    }
    // `labels` as label() makes them, joined by commas.
    template <class Value>
    void sample(const std::string& labels, Value value) {
        out_ << name_ << '{' << labels << "} " << value << '\n';
    }
    // A family of its own unless `labels` are given: then family() came first, once for all.
    void histogram(const std::string& labels, const Histogram& histogram);

    std::string text() const { return out_.str(); }

 private:
    std::ostringstream out_;
    const char* name_ = "";
};

// key="value", the value escaped.
std::string label(const char* key, std::string_view value);

}  // namespace tributary
