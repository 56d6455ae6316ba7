/* The shell's own files: the state directory, and the history, which several shells write at once. */
#define _XOPEN_SOURCE 700
#include "shell.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beyond the first, a history is cut to the second at the next line. */
enum { LARGEST = 256 * 1024, KEPT = LARGEST / 2 };

/* make_directory(path): with its parents, mode 0700. */
static int make_directory(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    for (const char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        const char *part = slash == NULL ? path : lua_pushlstring(L, path, (size_t)(slash - path));
        if (mkdir(part, 0700) != 0 && errno != EEXIST) {
            return luaL_fileresult(L, 0, part);
        }
        if (slash == NULL) {
            return luaL_fileresult(L, 1, path);
        }
        lua_pop(L, 1);
    }
}

static bool lock(int fd) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int done;
    do {
        done = fcntl(fd, F_SETLKW, &whole);
    } while (done != 0 && errno == EINTR);
    return done == 0;
}

/* Is it still the file of that name, and not one that another shell has put a shorter one in the place of? */
static bool is_current(int fd, const char *path) {
    struct stat open_file, named;
    return fstat(fd, &open_file) == 0 && stat(path, &named) == 0 && open_file.st_ino == named.st_ino &&
           open_file.st_dev == named.st_dev;
}

/* Opened and locked, or -1. Where a file system has no locks, it is written all the same. */
static int open_locked(const char *path) {
    for (;;) {
        int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 || !lock(fd) || is_current(fd, path)) {
            return fd;
        }
        close(fd);
    }
}

/* The last lines take the place of all: in a fresh file that is renamed, so that a crash leaves the one or the other.
 */
static void shorten(lua_State *L, int fd, const char *path, off_t size) {
    char *text = lua_newuserdatauv(L, KEPT, 0);
    const char *fresh = lua_pushfstring(L, "%s.new", path);
    ssize_t len = pread(fd, text, KEPT, size - KEPT);
    const char *first = len <= 0 ? NULL : memchr(text, '\n', (size_t)len);
    unlink(fresh);
    int out = first == NULL ? -1 : open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0) {
        return;
    }
    size_t left = (size_t)len - (size_t)(first + 1 - text);
    bool written = write(out, first + 1, left) == (ssize_t)left;
    if (close(out) == 0 && written) {
        rename(fresh, path);
    }
}

static bool append(lua_State *L, int fd, const char *path, const char *line, size_t len) {
    struct stat file;
    if (fchmod(fd, 0600) != 0 || write(fd, line, len) != (ssize_t)len || fstat(fd, &file) != 0) {
        return false;
    }
    if (file.st_size > LARGEST) {
        shorten(L, fd, path, file.st_size);
    }
    return true;
}

/* append_line(path, line): at the end of a file of mode 0600; true, or nil and why not. */
static int append_line(lua_State *L) {
    size_t len;
    const char *path = luaL_checkstring(L, 1);
    const char *line = lua_pushfstring(L, "%s\n", luaL_checklstring(L, 2, &len));
    int fd = open_locked(path);
    bool written = fd >= 0 && append(L, fd, path, line, len + 1);
    int reason = errno;
    if (fd >= 0) {
        close(fd);
    }
    errno = reason;
    return luaL_fileresult(L, written, path);
}

/* list_directory(path): the names in it, those of directories with a slash at their end; nil when it can't be read. */
static int list_directory(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    struct stat file;
    lua_Integer count = 0;
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return luaL_fileresult(L, 0, path);
    }
    lua_newtable(L);
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            bool is_directory = fstatat(dirfd(directory), entry->d_name, &file, 0) == 0 && S_ISDIR(file.st_mode);
            lua_pushfstring(L, "%s%s", entry->d_name, is_directory ? "/" : "");
            lua_seti(L, -2, ++count);
        }
    }
    closedir(directory);
    return 1;
}

void shell_add_files(lua_State *L) {
    static const luaL_Reg functions[] = {{"make_directory", make_directory},
                                         {"append_line", append_line},
                                         {"list_directory", list_directory},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
