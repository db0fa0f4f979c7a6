"""The networks, in the order in which the page shows them. A new one is a file beside this and a line here."""

from models import bilstm, cnn, densenet, gru, lstm, mlp, resnet, resnet_v2, rnn, ynet
from models.network import Network

NETWORKS: dict[str, Network] = {
    network.key: network
    for network in (
        mlp.NETWORK,
        cnn.NETWORK,
        rnn.NETWORK,
        resnet.NETWORK,
        lstm.NETWORK,
        gru.NETWORK,
        bilstm.NETWORK,
        resnet_v2.NETWORK,
        densenet.NETWORK,
        ynet.NETWORK,
    )
}

FIRST = ("mlp", "cnn", "rnn", "resnet")  # those that the page begins with
