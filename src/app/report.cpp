#include "app/report.hpp"

#include <iostream>

#include "base/text.hpp"

namespace tributary {

void print_error(const Error& error) {
    if (error.fields.empty()) {
        std::cerr << strip_controls(error.message, Lines::join);
        if (!error.detail.empty())
            std::cerr << " (" << strip_controls(error.detail, Lines::join) << ")";
        std::cerr << '\n';
        return;
    }
    for (const FieldError& field : error.fields) {
        if (!field.pointer.empty()) std::cerr << strip_controls(field.pointer, Lines::join) << ": ";
        std::cerr << strip_controls(field.detail, Lines::join) << '\n';
    }
}

}  // namespace tributary
