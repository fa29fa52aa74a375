/* SPDX-License-Identifier: ISC */
#include "relay/metrics_request.h"

unsigned relay_metrics_status(str request)
{
    request = str_take(request, METRICS_REQUEST_MAX);
    size_t end = str_find(request, STR("\r\n"));
    if (str_find(request, STR("\r\n\r\n")) == STR_NOT_FOUND)
        return request.n == METRICS_REQUEST_MAX ? 431 : 0;
    str line = str_take(request, end);
    str method = str_cut(&line, ' '), target = str_cut(&line, ' ');
    if (!str_eq(line, STR("HTTP/1.1")) && !str_eq(line, STR("HTTP/1.0")))
        return 400;
    if (!str_eq(method, STR("GET")))
        return 405;
    return str_eq(str_cut(&target, '?'), STR("/metrics")) ? 200 : 404;
}

const char *relay_metrics_reason(unsigned status)
{
    static const struct {
        unsigned status;
        const char *reason;
    } REASONS[] = { { 200, "OK" },
                    { 400, "Bad Request" },
                    { 404, "Not Found" },
                    { 405, "Method Not Allowed" },
                    { 431, "Request Header Fields Too Large" } };
    for (size_t i = 0; i < COUNT_OF(REASONS); i++)
        if (REASONS[i].status == status)
            return REASONS[i].reason;
    return "Error";
}
