"""The registry of networks, in display order. A new network is a file in this folder and a line here."""

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

DEFAULT_NETWORKS = ("mlp", "cnn", "rnn", "resnet")  # shown until the visitor chooses others


def find(key: str) -> Network:
    """The network with this key; raises ValueError with the known keys for an unknown one."""
    if key not in NETWORKS:
        raise ValueError(f"unknown network {key!r}; known: {', '.join(NETWORKS)}")
    return NETWORKS[key]
