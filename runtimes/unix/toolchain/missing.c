/* Functions that newer versions of wasi-libc have and Debian's does not. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

int *__errno_location(void) { return &errno; }

/* Preview 1 has no mode bits: programs that can change them import belljar:posix. */
int chmod(const char *path, mode_t mode) {
    struct stat found;
    (void)mode;
    return stat(path, &found);
}

int fchmod(int fd, mode_t mode) {
    (void)fd;
    (void)mode;
    return 0;
}

/* There are no threads. */
int pthread_attr_init(void *attributes) { (void)attributes; return 0; }
int pthread_attr_destroy(void *attributes) { (void)attributes; return 0; }
int pthread_attr_setstacksize(void *attributes, size_t size) {
    (void)attributes;
    (void)size;
    return 0;
}
int pthread_create(void *thread, const void *attributes, void *(*start)(void *), void *argument) {
    (void)thread;
    (void)attributes;
    (void)start;
    (void)argument;
    return EAGAIN;
}
int pthread_detach(unsigned long thread) { (void)thread; return EINVAL; }
int pthread_join(unsigned long thread, void **result) {
    (void)thread;
    (void)result;
    return EINVAL;
}

/* Appends one name to a path that is absolute and has no links in it. */
static int push(char *path, size_t *length, const char *name, size_t size) {
    if (*length + size + 2 > PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    path[(*length)++] = '/';
    memcpy(path + *length, name, size);
    *length += size;
    path[*length] = 0;
    return 0;
}

char *realpath(const char *path, char *result) {
    char done[PATH_MAX], todo[PATH_MAX], target[PATH_MAX];
    size_t length = 0;
    int links = 0;
    if (!path || !*path) {
        errno = path ? ENOENT : EINVAL;
        return NULL;
    }
    if (path[0] == '/') {
        todo[0] = 0;
    } else if (!getcwd(todo, sizeof todo)) {
        return NULL;
    }
    if (strlen(todo) + strlen(path) + 2 > sizeof todo) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    strcat(todo, "/");
    strcat(todo, path);
    done[0] = 0;
    char *at = todo;
    for (;;) {
        while (*at == '/') at++;
        size_t size = strcspn(at, "/");
        if (!size) break;
        char *name = at;
        at += size;
        if (size == 1 && name[0] == '.') continue;
        if (size == 2 && name[0] == '.' && name[1] == '.') {
            while (length && done[length - 1] != '/') length--;
            if (length) length--;
            done[length] = 0;
            continue;
        }
        size_t before = length;
        if (push(done, &length, name, size)) return NULL;
        struct stat found;
        if (lstat(done, &found)) return NULL;
        if (!S_ISLNK(found.st_mode)) {
            if (*at && !S_ISDIR(found.st_mode)) {
                errno = ENOTDIR;
                return NULL;
            }
            continue;
        }
        if (++links > 40) {
            errno = ELOOP;
            return NULL;
        }
        ssize_t linked = readlink(done, target, sizeof target - 1);
        if (linked < 0) return NULL;
        size_t rest = strlen(at);
        if ((size_t)linked + rest + 1 > sizeof target) {
            errno = ENAMETOOLONG;
            return NULL;
        }
        memcpy(target + linked, at, rest + 1);
        length = target[0] == '/' ? 0 : before;
        done[length] = 0;
        memcpy(todo, target, (size_t)linked + rest + 1);
        at = todo;
    }
    if (!length) strcpy(done, "/");
    if (!result) return strdup(done);
    return strcpy(result, done);
}
