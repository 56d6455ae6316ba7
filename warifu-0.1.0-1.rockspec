-- luarocks --lua-version 5.4 make: the Lua module from the sources here (docs/howto/use-from-lua.md).
rockspec_format = "3.0"
package = "warifu"
version = "0.1.0-1"
source = {
    url = ".", -- where this file is
}
description = {
    summary = "SDK for ECHONET Lite Device Authentication",
    detailed = "Controllers and devices of ECHONET Lite that pair, talk encrypted and hold to a policy; and plain ones.",
    license = "MIT",
}
supported_platforms = { "unix" }
dependencies = { "lua ~> 5.4" }
build = {
    type = "command",
    build_command = 'cmake -S . -B build/luarocks -DCMAKE_BUILD_TYPE=Release -DWARIFU_TESTS=OFF'
        .. ' -DWARIFU_LUA_INCLUDE="$(LUA_INCDIR)" && cmake --build build/luarocks --target warifu_lua --parallel 2',
    install_command = 'cmake -S . -B build/luarocks -DWARIFU_LUA_DESTINATION="$(LIBDIR)"'
        .. ' && cmake --install build/luarocks --component lua',
}
