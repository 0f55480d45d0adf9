"""What clients may send, a namespace of Socket.IO in each file: each event is handed to the part that answers it."""
