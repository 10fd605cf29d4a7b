/* A small closed-loop load generator for unary gRPC calls over cleartext HTTP/2 on the loopback interface.
 *
 *   gload -p PORT -m /pkg.Service/Method -f FRAMES [-c CONNECTIONS] [-d SECONDS] [-w WARM_UP_SECONDS]
 *         [-H 'name: value']...
 *
 * FRAMES is a file of length-prefixed gRPC messages (a zero byte, four bytes of length, the message). They
 * are sent one after another, and then again from the start; a connection has one call under way at a time.
 * Says START and STOP on standard error when the measured time begins and ends, and prints one line,
 * "JSON {...}": the calls that fell into it whole, their times in microseconds, and their grpc-status.
 *
 * Build: cc -O2 -o gload gload.c -lnghttp2
 */
#include <nghttp2/nghttp2.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_HEADERS 24
#define NO_STATUS 17 /* one above the greatest gRPC status */
#define BUFFER_BYTES (1 << 17)

typedef struct {
    const uint8_t *bytes;
    size_t length;
} frame_t;

typedef struct {
    int socket;
    nghttp2_session *session;
    const uint8_t *unsent;
    ssize_t unsent_length;
} connection_t;

typedef struct {
    uint64_t begun;
    frame_t rest;
    int grpc_status;
    int http_status;
} call_t;

static frame_t *frames;
static size_t frame_count, next_frame;
static nghttp2_nv headers[MAX_HEADERS];
static size_t header_count;
static uint64_t measure_from, measure_until;
static uint32_t *times;
static size_t time_count, time_capacity;
static long statuses[NO_STATUS + 1], bad_http, lost;

static void die(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

static void add_header(const char *name, const char *value) {
    if (header_count == MAX_HEADERS) return;
    headers[header_count++] = (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value),
                                           NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

/* -- calls ----------------------------------------------------------------- */

static ssize_t read_request(nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t room,
                            uint32_t *flags, nghttp2_data_source *source, void *user) {
    (void)session, (void)stream, (void)user;
    call_t *call = source->ptr;
    size_t part = room < call->rest.length ? room : call->rest.length;
    memcpy(buffer, call->rest.bytes, part);
    call->rest.bytes += part;
    call->rest.length -= part;
    if (call->rest.length == 0) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return part;
}

static void begin_call(connection_t *connection) {
    call_t *call = calloc(1, sizeof *call);
    if (call == NULL) die("calloc");
    call->begun = now();
    call->rest = frames[next_frame++ % frame_count];
    call->grpc_status = NO_STATUS;
    nghttp2_data_provider body = {.source.ptr = call, .read_callback = read_request};
    if (nghttp2_submit_request(connection->session, NULL, headers, header_count, &body, call) < 0) {
        fprintf(stderr, "the connection takes no more calls\n");
        exit(1);
    }
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
                     void *user) {
    (void)value_length, (void)flags, (void)user;
    call_t *call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (call == NULL) return 0;
    int number = atoi((const char *)value);
    if (name_length == 11 && memcmp(name, "grpc-status", 11) == 0) call->grpc_status = number;
    if (name_length == 7 && memcmp(name, ":status", 7) == 0) call->http_status = number;
    return 0;
}

static void record(const call_t *call, uint64_t ended, uint32_t error) {
    if (time_count == time_capacity) {
        time_capacity = time_capacity ? time_capacity * 2 : 1 << 16;
        times = realloc(times, time_capacity * sizeof *times);
        if (times == NULL) die("realloc");
    }
    times[time_count++] = ended - call->begun;
    if (error) lost++;
    if (call->http_status != 200) bad_http++;
    statuses[call->grpc_status >= 0 && call->grpc_status < NO_STATUS ? call->grpc_status : NO_STATUS]++;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t error, void *user) {
    call_t *call = nghttp2_session_get_stream_user_data(session, stream);
    if (call == NULL) return 0;
    uint64_t ended = now();
    if (call->begun >= measure_from && ended <= measure_until) record(call, ended, error);
    free(call);
    begin_call(user);
    return 0;
}

/* -- connections ----------------------------------------------------------- */

static void open_connection(connection_t *connection, int port, nghttp2_session_callbacks *callbacks) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address)) die("connect");
    int on = 1;
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
    nghttp2_session_client_new(&connection->session, callbacks, connection);
    nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 24},
                                         {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}};
    nghttp2_submit_settings(connection->session, 0, settings, 2);
    nghttp2_session_set_local_window_size(connection->session, 0, 0, 1 << 28);
}

/* Sends what there is to send; what does not fit waits until the socket takes more. */
static void send_out(connection_t *connection) {
    for (;;) {
        if (connection->unsent_length == 0) {
            connection->unsent_length = nghttp2_session_mem_send(connection->session, &connection->unsent);
            if (connection->unsent_length <= 0) {
                connection->unsent_length = 0;
                return;
            }
        }
        ssize_t sent = send(connection->socket, connection->unsent, connection->unsent_length, 0);
        if (sent < 0) {
            if (errno == EAGAIN) return;
            die("send");
        }
        connection->unsent += sent;
        connection->unsent_length -= sent;
    }
}

static void take_in(connection_t *connection) {
    static uint8_t buffer[BUFFER_BYTES];
    ssize_t received = recv(connection->socket, buffer, sizeof buffer, 0);
    if (received == 0 || (received < 0 && errno != EAGAIN)) {
        fprintf(stderr, "the server closed a connection\n");
        exit(1);
    }
    if (received > 0 && nghttp2_session_mem_recv(connection->session, buffer, received) < 0) {
        fprintf(stderr, "the server does not speak HTTP/2\n");
        exit(1);
    }
}

static void run(connection_t *connections, struct pollfd *polled, size_t count) {
    int measuring = 0;
    for (uint64_t t = now(); t < measure_until; t = now()) {
        if (!measuring && t >= measure_from) {
            measuring = 1;
            fprintf(stderr, "START\n");
        }
        if (poll(polled, count, 10) < 0) die("poll");
        for (size_t i = 0; i < count; i++) {
            if (polled[i].revents & (POLLIN | POLLHUP | POLLERR)) take_in(connections + i);
            if (polled[i].revents) send_out(connections + i);
            polled[i].events = POLLIN | (connections[i].unsent_length ? POLLOUT : 0);
        }
    }
    fprintf(stderr, "STOP\n");
}

/* -- the whole ------------------------------------------------------------- */

static void read_frames(const char *name) {
    FILE *file = fopen(name, "rb");
    if (file == NULL) die(name);
    fseek(file, 0, SEEK_END);
    size_t size = ftell(file), capacity = 0;
    rewind(file);
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL || fread(bytes, 1, size, file) != size) die(name);
    fclose(file);
    for (size_t at = 0; at + 5 <= size;) {
        uint32_t length;
        memcpy(&length, bytes + at + 1, 4);
        if (frame_count == capacity) {
            capacity = capacity ? capacity * 2 : 1024;
            frames = realloc(frames, capacity * sizeof *frames);
            if (frames == NULL) die("realloc");
        }
        frames[frame_count++] = (frame_t){bytes + at, 5 + ntohl(length)};
        at += 5 + ntohl(length);
    }
    if (frame_count == 0) {
        fprintf(stderr, "no messages in %s\n", name);
        exit(1);
    }
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t percentile(double share) {
    return time_count ? times[(size_t)((time_count - 1) * share)] : 0;
}

static void report(void) {
    qsort(times, time_count, sizeof *times, ascending);
    printf("JSON {\"calls\":%zu,\"p50\":%u,\"p99\":%u,\"lost\":%ld,\"bad_http\":%ld,\"grpc_status\":{",
           time_count, percentile(.5), percentile(.99), lost, bad_http);
    const char *separator = "";
    for (int status = 0; status <= NO_STATUS; status++) {
        if (!statuses[status]) continue;
        printf("%s\"%d\":%ld", separator, status, statuses[status]);
        separator = ",";
    }
    printf("}}\n");
}

int main(int argc, char **argv) {
    const char *method = NULL, *file = NULL;
    int port = 0, count = 8, option;
    double seconds = 10, warm_up = 2;
    char authority[32];
    char *extra[MAX_HEADERS];
    int extra_count = 0;
    while ((option = getopt(argc, argv, "p:m:f:c:d:w:H:")) != -1) {
        switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'm': method = optarg; break;
        case 'f': file = optarg; break;
        case 'c': count = atoi(optarg); break;
        case 'd': seconds = atof(optarg); break;
        case 'w': warm_up = atof(optarg); break;
        case 'H':
            if (extra_count < MAX_HEADERS) extra[extra_count++] = optarg;
            break;
        default: return 2;
        }
    }
    if (!port || !method || !file || count < 1) {
        fprintf(stderr, "usage: see the head of gload.c\n");
        return 2;
    }
    snprintf(authority, sizeof authority, "127.0.0.1:%d", port);
    add_header(":method", "POST");
    add_header(":scheme", "http");
    add_header(":path", method);
    add_header(":authority", authority);
    add_header("content-type", "application/grpc");
    add_header("te", "trailers");
    for (int i = 0; i < extra_count; i++) {
        char *value = strstr(extra[i], ": ");
        if (value == NULL) return 2;
        *value = 0;
        add_header(extra[i], value + 2);
    }
    read_frames(file);
    signal(SIGPIPE, SIG_IGN);

    nghttp2_session_callbacks *callbacks;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    connection_t *connections = calloc(count, sizeof *connections);
    struct pollfd *polled = calloc(count, sizeof *polled);
    if (connections == NULL || polled == NULL) die("calloc");
    for (int i = 0; i < count; i++) open_connection(connections + i, port, callbacks);
    measure_from = now() + (uint64_t)(warm_up * 1e6);
    measure_until = measure_from + (uint64_t)(seconds * 1e6);
    for (int i = 0; i < count; i++) {
        begin_call(connections + i);
        send_out(connections + i);
        polled[i] = (struct pollfd){connections[i].socket, POLLIN, 0};
    }
    run(connections, polled, count);
    report();
    return 0;
}
