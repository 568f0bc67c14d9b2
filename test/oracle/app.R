# The judge's app for R's httpuv: the same answers as test/oracle/app.ts. Prints `LISTENING <port> <version>`.
# Ends by itself after five minutes, should nobody end it.
suppressMessages({
  library(httpuv)
  library(later)
})

plain <- function(status, body) list(status = status, headers = list("Content-Type" = "text/plain"), body = body)

file_path <- tempfile(fileext = ".txt")
cat("from a file", file = file_path)

environment_text <- function(req) {
  named <- c("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "SERVER_NAME", "REMOTE_ADDR",
             "CONTENT_TYPE", "CONTENT_LENGTH", "rook.version", "rook.url_scheme")
  http <- sort(grep("^HTTP_", ls(req), value = TRUE), method = "radix")
  headers <- req$HEADERS
  lines <- c(
    unlist(lapply(named, function(n) if (!is.null(req[[n]])) paste0(n, "=", req[[n]]))),
    unlist(lapply(http, function(n) paste0(n, "=", req[[n]]))),
    if (length(headers) > 0) paste0("HEADERS ", names(headers), "=", headers),
    paste0("set in onHeaders=", req$MARK),
    paste0("body=", rawToChar(req$rook.input$read()))
  )
  paste0(paste(lines, collapse = "\n"), "\n")
}

input_text <- function(req) {
  input <- req$rook.input
  first <- rawToChar(input$read(4))
  none <- length(input$read(0))
  rest <- rawToChar(input$read())
  after <- length(input$read())
  input$rewind()
  lines <- input$read_lines(2)
  more <- input$read_lines()
  input$rewind()
  all <- rawToChar(input$read(-1))
  paste(c(first, none, rest, after, paste0("<", c(lines, "|", more), ">"), nchar(all)), collapse = "\n")
}

routes <- list(
  "/" = function(req) plain(200L, "hello"),
  "/probe" = function(req) plain(200L, "probe"),
  "/env" = function(req) plain(200L, environment_text(req)),
  "/input" = function(req) plain(200L, input_text(req)),
  "/utf8" = function(req) plain(200L, "f\u00fc \u20ac"),
  "/raw" = function(req) plain(200L, as.raw(c(0, 255, 13, 10, 65))),
  "/empty" = function(req) plain(200L, ""),
  "/empty-raw" = function(req) plain(200L, raw()),
  "/null-body" = function(req) list(status = 200L, headers = list("X-A" = "b"), body = NULL),
  "/no-headers" = function(req) list(status = 200L, body = "x"),
  "/null-headers" = function(req) list(status = 200L, headers = NULL, body = "x"),
  "/empty-headers" = function(req) list(status = 200L, headers = list(), body = "x"),
  "/headers" = function(req) list(
    status = 200L,
    headers = list("x-lower" = "v", "Set-Cookie" = "a=1", "X-Number" = 5, "Set-Cookie" = "b=2", "X-Empty" = ""),
    body = "x"
  ),
  "/own-length" = function(req) list(status = 200L, headers = list("content-LENGTH" = "1", "X-A" = "b"), body = "x"),
  "/app-close" = function(req) list(status = 200L, headers = list("Connection" = "close"), body = "x"),
  "/file" = function(req) plain(200L, list(file = file_path)),
  "/missing-file" = function(req) plain(200L, list(file = "/nonexistent/file")),
  "/body-204" = function(req) list(status = 204L, headers = list(), body = NULL),
  "/body-304" = function(req) list(status = 304L, headers = list("ETag" = "\"x\""), body = NULL),
  "/body-in-204" = function(req) plain(204L, "not sent"),
  "/throw" = function(req) stop("boom"),
  "/null" = function(req) NULL,
  "/text-result" = function(req) "text",
  "/no-status" = function(req) list(body = "x"),
  "/line-break" = function(req) list(status = 200L, headers = list("X-A" = "b\r\nX-Injected: c"), body = "x"),
  "/promise" = function(req) promises::promise(function(resolve, reject) later(function() resolve(plain(200L, "later")), 0)),
  "/reject" = function(req) promises::promise(function(resolve, reject) later(function() reject(simpleError("boom")), 0))
)

answer <- function(req) {
  route <- routes[[req$PATH_INFO]]
  if (!is.null(route)) return(route(req))
  status <- sub("^/status/([0-9]+)$", "\\1", req$PATH_INFO)
  if (status != req$PATH_INFO) return(plain(as.integer(status), "x"))
  plain(404L, "404 Not Found\n")
}

on_headers <- function(req) {
  req$MARK <- "yes"
  switch(req$PATH_INFO,
    "/early" = plain(413L, "early response\n"),
    "/early-throw" = stop("boom"),
    "/early-list" = list(),
    NULL
  )
}

start <- function() {
  for (try in 1:20) {
    port <- randomPort(host = "127.0.0.1")
    server <- tryCatch(
      startServer("127.0.0.1", port, list(call = answer, onHeaders = on_headers), quiet = TRUE),
      error = function(e) NULL
    )
    if (!is.null(server)) return(port)
  }
  stop("no free port")
}

port <- start()
cat("LISTENING ", port, " ", as.character(packageVersion("httpuv")), "\n", sep = "")
flush(stdout())
end <- Sys.time() + 300
while (Sys.time() < end) service(1000)
