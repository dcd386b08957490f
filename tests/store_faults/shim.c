/* What a disk can do to a store, for tests: preloaded into a process, it takes part in every write and sync below one
 * directory. It knows nothing of what is written.
 *
 *   FAULT_DIR       the directory, without a final slash
 *   FAULT_LOG       a file that gets a record of every operation, in the order in which they were done
 *   FAULT_SYNC_AT   the n-th sync from the start fails with EIO, and what it should have made durable is lost
 *
 * A record: one byte of kind, 4 bytes length of the path, 8 bytes offset, 8 bytes length, little-endian; then path, then
 * the bytes of a write. Kinds: O made or opened, W write, T truncate (offset is the new length), S sync of a file, D sync of
 * a directory, R renamed (the bytes are the new path), U removed, F a sync that failed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 4096
static char *paths[FILES];
static char is_dir[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static long syncs = 0;

#define REAL(type, name, ...)                                                                                          \
    static type (*real)(__VA_ARGS__) = 0;                                                                              \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t plain_write(int fd, const void *bytes, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(fd, bytes, length);
}

static void record(char kind, const char *path, uint64_t offset, const void *bytes, uint64_t length) {
    const char *name = getenv("FAULT_LOG");
    if (!name) return;
    if (log_fd < 0) {
        REAL(int, "open64", const char *, int, ...);
        log_fd = real(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    uint32_t path_length = strlen(path);
    uint64_t stored = bytes ? length : 0;
    char head[21];
    head[0] = kind;
    memcpy(head + 1, &path_length, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &stored, 8);
    plain_write(log_fd, head, sizeof head);
    plain_write(log_fd, path, path_length);
    if (bytes) plain_write(log_fd, bytes, length);
}

static int within(const char *path) {
    const char *dir = getenv("FAULT_DIR");
    size_t length = dir ? strlen(dir) : 0;
    return length && !strncmp(path, dir, length) && (path[length] == '/' || !path[length]);
}

static const char *known(int fd) { return fd >= 0 && fd < FILES ? paths[fd] : 0; }

static int opened(int fd, const char *path, int flags) {
    if (fd < 0 || fd >= FILES || !within(path)) return fd;
    struct stat about;
    pthread_mutex_lock(&lock);
    free(paths[fd]);
    paths[fd] = strdup(path);
    is_dir[fd] = !fstat(fd, &about) && S_ISDIR(about.st_mode);
    if (!is_dir[fd] && (flags & O_CREAT)) record('O', path, 0, 0, 0);
    if (!is_dir[fd] && (flags & O_TRUNC)) record('T', path, 0, 0, 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        REAL(int, #name, const char *, int, ...);                                                                      \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        int mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, int) : 0;                                       \
        va_end(arguments);                                                                                             \
        return opened(real(path, flags, mode), path, flags);                                                           \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                   \
    int name(int dir, const char *path, int flags, ...) {                                                              \
        REAL(int, #name, int, const char *, int, ...);                                                                 \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        int mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, int) : 0;                                       \
        va_end(arguments);                                                                                             \
        return opened(real(dir, path, flags, mode), path, flags);                                                      \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
    REAL(int, "close", int);
    pthread_mutex_lock(&lock);
    if (known(fd)) {
        free(paths[fd]);
        paths[fd] = 0;
    }
    pthread_mutex_unlock(&lock);
    return real(fd);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (!known(fd)) return plain_write(fd, bytes, length);
    pthread_mutex_lock(&lock);
    off64_t at = lseek64(fd, 0, SEEK_CUR);
    ssize_t done = plain_write(fd, bytes, length);
    if (done > 0 && known(fd)) record('W', paths[fd], at, bytes, done);
    pthread_mutex_unlock(&lock);
    return done;
}

#define PWRITE(name, offset_type)                                                                                      \
    ssize_t name(int fd, const void *bytes, size_t length, offset_type at) {                                           \
        REAL(ssize_t, #name, int, const void *, size_t, offset_type);                                                  \
        if (!known(fd)) return real(fd, bytes, length, at);                                                            \
        pthread_mutex_lock(&lock);                                                                                     \
        ssize_t done = real(fd, bytes, length, at);                                                                    \
        if (done > 0 && known(fd)) record('W', paths[fd], at, bytes, done);                                            \
        pthread_mutex_unlock(&lock);                                                                                   \
        return done;                                                                                                   \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, offset_type)                                                                                    \
    int name(int fd, offset_type length) {                                                                             \
        REAL(int, #name, int, offset_type);                                                                            \
        pthread_mutex_lock(&lock);                                                                                     \
        int done = real(fd, length);                                                                                   \
        if (!done && known(fd)) record('T', paths[fd], length, 0, 0);                                                  \
        pthread_mutex_unlock(&lock);                                                                                   \
        return done;                                                                                                   \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                                                                     \
    int name(int fd) {                                                                                                 \
        REAL(int, #name, int);                                                                                         \
        if (!known(fd)) return real(fd);                                                                               \
        const char *at = getenv("FAULT_SYNC_AT");                                                                      \
        pthread_mutex_lock(&lock);                                                                                     \
        int fails = at && ++syncs == atol(at);                                                                         \
        int done = fails ? -1 : real(fd);                                                                              \
        record(fails ? 'F' : is_dir[fd] ? 'D' : 'S', paths[fd], 0, 0, 0);                                              \
        pthread_mutex_unlock(&lock);                                                                                   \
        if (fails) errno = EIO;                                                                                        \
        return done;                                                                                                   \
    }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    pthread_mutex_lock(&lock);
    int done = real(from, to);
    if (!done && within(from)) record('R', from, 0, to, strlen(to));
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    pthread_mutex_lock(&lock);
    int done = real(path);
    if (!done && within(path)) record('U', path, 0, 0, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
