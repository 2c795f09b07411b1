// The configuration in force as plain values, for the audit's before and after.
#pragma once

#include "app/config.hpp"
#include "store/audit.hpp"

namespace tributary {

// "server.listen" -> "127.0.0.1:8080", "connector support imap.url" -> …; of secrets only whether
// they are given.
SettingValues setting_values(const AppConfig& config);

}  // namespace tributary
