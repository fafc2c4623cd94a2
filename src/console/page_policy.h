/*
 * page_policy.h - what a browser may do for a page of ours: run our one
 * script, use our one style sheet, ask us again; nothing else, whatever gets
 * into the page.
 */
#ifndef CONSOLE_PAGE_POLICY_H
#define CONSOLE_PAGE_POLICY_H

/* Of page_script and page_style, byte by byte. The test of the page computes
 * them and says what they should be. */
#define PAGE_SCRIPT_HASH "sha256-8rqmZJUMacxLpgRAIodNVGyJWO3EjCPOrR5VT6sy4L0="
#define PAGE_STYLE_HASH "sha256-EKspbgKlq9hrV0SeLKIDUMfy/4CP0kv85r42pJAK5sM="

#define PAGE_POLICY                                                       \
    "default-src 'none'; script-src '" PAGE_SCRIPT_HASH                   \
    "'; style-src '" PAGE_STYLE_HASH                                      \
    "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action " \
    "'none'; frame-ancestors 'none'"

#endif
