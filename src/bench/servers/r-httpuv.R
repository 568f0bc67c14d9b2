# R's httpuv with the same answer, and the same echo. Prints its port, then serves until the process that started it is gone, or for ten
# minutes at most. Argument: the process id of the starter.
starter <- commandArgs(trailingOnly = TRUE)[1]
answer <- list(status = 200L, headers = list("Content-Type" = "text/plain"), body = "Hello, world!")
port <- httpuv::randomPort(host = "127.0.0.1")
app <- list(
  call = function(req) answer,
  onWSOpen = function(ws) ws$onMessage(function(binary, message) ws$send(message))
)
files <- Sys.getenv("HTTPUV_BENCH_FILES")
if (nzchar(files)) app$staticPaths <- list("/" = files)
server <- httpuv::startServer("127.0.0.1", port, app, quiet = TRUE)
cat("port", port, "\n")
flush(stdout())
until <- Sys.time() + 600
watched <- dir.exists("/proc/self")
checked <- Sys.time()
while (Sys.time() < until) {
  httpuv::service(1000)
  if (watched && Sys.time() - checked > 1) {
    checked <- Sys.time()
    if (!dir.exists(file.path("/proc", starter))) break
  }
}
