/*
 * page_policy.h - what a browser may do for a page of ours: run our one
 * script, use our one style sheet, ask us again; nothing else.
 */
#ifndef CONSOLE_PAGE_POLICY_H
#define CONSOLE_PAGE_POLICY_H

#define PAGE_POLICY                                                  \
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; " \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

#endif
