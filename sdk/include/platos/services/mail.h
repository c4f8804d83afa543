/* platos.host.mail/1: sending mail through the operator's mail server.
 *
 * Only for plugins whose manifest asks for "mail" and whose grant allows it. The server, the sender and who may be
 * written to are settings of the host (mail.*); a plugin cannot change them. */
#ifndef PLATOS_SERVICES_MAIL_H
#define PLATOS_SERVICES_MAIL_H

#include "platos/host.h"

#define PLATOS_HOST_MAIL "platos.host.mail/1"

/* Borrowed for the call. */
typedef struct platos_mail_attachment {
  uint32_t struct_size;
  uint32_t reserved;
  platos_slice_t name;         /* a file name without folders, UTF-8 */
  platos_slice_t content_type; /* such as "application/pdf" */
  platos_slice_t bytes;
} platos_mail_attachment_t;

/* Borrowed for the call. Texts are UTF-8; addresses are plain, such as "ada@example.com". */
typedef struct platos_mail {
  uint32_t struct_size;
  uint32_t reserved;
  const platos_slice_t* to; /* at least one */
  size_t to_count;
  const platos_slice_t* cc;
  size_t cc_count;
  const platos_slice_t* bcc; /* named nowhere in the mail */
  size_t bcc_count;
  platos_slice_t reply_to; /* empty: none */
  platos_slice_t subject;  /* one line */
  platos_slice_t text;     /* may be empty when html is not */
  platos_slice_t html;     /* empty: none */
  const platos_mail_attachment_t* attachments;
  size_t attachment_count;
} platos_mail_t;

typedef struct platos_host_mail {
  uint32_t struct_size;
  uint32_t reserved;

  /* Hands the mail to the server, for all recipients or for none, and writes its Message-ID without angle brackets. The
   * id is made from the call's idempotency key, so that a mail that came twice can be told. Waits for the server.
   *
   * Never sends twice by itself. What a failure says:
   *   INVALID_ARGUMENT     not sent: something in the mail is wrong; the text names it
   *   PERMISSION_DENIED    not sent: a recipient that the operator does not allow
   *   RESOURCE_EXHAUSTED   not sent: over a size, or too many mails of this tenant within the hour
   *   FAILED_PRECONDITION  not sent: no server is configured, TLS or the password failed, or the server refused it
   *   ABORTED              not sent: the server was not reached, broke off, refused for now, or the call was cancelled
   *   UNAVAILABLE, DEADLINE, CANCELLED  nobody knows: the mail may have left, and no answer came. Pass it on as it is.
   *                                                                                              [worker, may block] */
  int32_t (*send)(const platos_host_t* host, platos_call_t* call, const platos_mail_t* mail,
                  const platos_writer_t* message_id, platos_error_t* error);
} platos_host_mail_t;

#endif
